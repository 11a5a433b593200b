using System.Collections.Immutable;
using ContainerTrain.Diagnostics;
using ContainerTrain.Engine;

namespace ContainerTrain.Registry;

/// <summary>Has an engine write an image that it has into a file, as <c>docker save</c> does.</summary>
internal sealed class EngineArchive(EngineConnection engine, IProgress<string> progress)
{
    /// <param name="references">Names of the image on the engine.</param>
    public async Task<PushedImage> WriteAsync(string imageId, string path, ImmutableArray<string> references, CancellationToken cancellation)
    {
        progress.Report($"Writing {path} by {engine.Describe()}");
        var query = string.Join('&', references.Select(reference => "names=" + Uri.EscapeDataString(reference)));
        using var response = await engine.Http.GetAsync("images/get?" + query, HttpCompletionOption.ResponseHeadersRead, cancellation);
        await new EngineImages(engine).EnsureAsync(response, "GET /images/get", cancellation);
        var temporary = $"{path}.{Guid.NewGuid():n}";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 17))
                await response.Content.CopyToAsync(file, cancellation);
            File.Move(temporary, path, overwrite: true);
        }
        catch (HttpRequestException e)
        {
            throw new ProblemException(Codes.EngineError.With("GET /images/get", engine.Endpoint, e.Message), e);
        }
        finally
        {
            File.Delete(temporary);
        }
        return new PushedImage(imageId, "", references);
    }
}
