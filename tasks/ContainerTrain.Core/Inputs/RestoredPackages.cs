using System.Collections.Immutable;
using System.Text.Json;

namespace ContainerTrain.Inputs;

/// <summary>A NuGet package.</summary>
/// <param name="Version">As NuGet resolved it, or as the project asks for it.</param>
public sealed record PackageInput(string Id, string Version);

/// <summary>
/// Reads which packages a restore chose (<c>project.assets.json</c>). Only the names below "targets" are read: the
/// file is megabytes long, and everything else in it MSBuild has resolved already.
/// </summary>
public static class RestoredPackages
{
    /// <summary>
    /// The packages of the target for this framework and platform, in the file's order; none where there is no file or
    /// no such target, as before a restore.
    /// </summary>
    /// <param name="file">Absolute, or empty.</param>
    /// <param name="framework">As the project names it: <c>net10.0</c>.</param>
    /// <param name="runtimeIdentifier">Empty for the target of no platform.</param>
    public static ImmutableArray<PackageInput> Read(string file, string framework, string runtimeIdentifier)
    {
        if (!File.Exists(file))
            return [];
        var target = runtimeIdentifier.Length > 0 ? $"{framework}/{runtimeIdentifier}" : framework;
        try
        {
            return Read(new Utf8JsonReader(File.ReadAllBytes(file)), target);
        }
        catch (JsonException)
        {
            // A restore that writes it now, or was cut off: MSBuild itself says so.
            return [];
        }
    }

    private static ImmutableArray<PackageInput> Read(Utf8JsonReader reader, string target)
    {
        var packages = ImmutableArray.CreateBuilder<PackageInput>();
        if (!MoveTo(ref reader, "targets") || !MoveTo(ref reader, target))
            return [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // "TorchSharp/0.107.0": { … }; projects stand here too, with type "project" and a version of their own.
            if (reader.GetString()!.Split('/') is [var id, var version])
                packages.Add(new PackageInput(id, version));
            reader.Read();
            reader.Skip();
        }
        return packages.ToImmutable();
    }

    /// <summary>Reads on to the start of the object that is the value of <paramref name="name"/>.</summary>
    private static bool MoveTo(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.None && !reader.Read())
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }
        return false;
    }
}
