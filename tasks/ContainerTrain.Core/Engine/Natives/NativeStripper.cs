using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// Native libraries without their symbol tables, made once per library in the user's cache: <c>strip --strip-unneeded</c>
/// takes a fifth off libtorch and leaves what the loader and debuggers of managed code need.
/// </summary>
internal sealed class NativeStripper(string cache)
{
    /// <summary>The plan with its native libraries replaced by stripped ones; as it is where there is no <c>strip</c>.</summary>
    public async Task<ImagePlan> StripAsync(ImagePlan image, IProgress<string> progress, CancellationToken cancellation)
    {
        var layers = ImmutableArray.CreateBuilder<LayerPlan>(image.Layers.Length);
        foreach (var layer in image.Layers)
        {
            if (layer.Kind != LayerKind.Natives)
            {
                layers.Add(layer);
                continue;
            }
            var files = ImmutableArray.CreateBuilder<FilePlan>(layer.Files.Length);
            foreach (var file in layer.Files)
            {
                if (await StrippedAsync(file.Source, progress, cancellation) is not { } stripped)
                {
                    progress.Report("TrainStripNatives: there is no 'strip' on this machine (package binutils); libraries go in as they are");
                    return image;
                }
                files.Add(file with { Source = stripped });
            }
            layers.Add(layer with { Files = files.MoveToImmutable() });
        }
        return image with { Layers = layers.MoveToImmutable() };
    }

    /// <summary>The stripped copy's path; the file itself if <c>strip</c> cannot read it; null without <c>strip</c>.</summary>
    private async Task<string?> StrippedAsync(string file, IProgress<string> progress, CancellationToken cancellation)
    {
        var info = SourceFile.Of(file);
        var identity = string.Create(CultureInfo.InvariantCulture, $"{file}\n{info.Length}\n{info.LastWriteTimeUtc.Ticks}");
        var folder = Path.Join(cache, "stripped", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16]);
        var target = Path.Join(folder, info.Name);
        if (File.Exists(target))
            return target;
        Directory.CreateDirectory(folder);
        var temporary = $"{target}.{Guid.NewGuid():n}";
        progress.Report($"Stripping {info.Name} ({Units.Show(info.Length)})");
        try
        {
            using var process = Process.Start(new ProcessStartInfo("strip", ["--strip-unneeded", "-p", "-o", temporary, file]) { RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            await errors;
            if (process.ExitCode != 0)
                return file;
            File.Move(temporary, target, overwrite: true);
            return target;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
