using System.Collections.Immutable;
using ContainerTrain.Inputs;
using Microsoft.Build.Framework;

namespace ContainerTrain.Tasks;

/// <summary>MSBuild items as the core's inputs.</summary>
internal static class Items
{
    public static ImmutableArray<string> Names(ITaskItem[] items) => [.. items.Select(item => item.ItemSpec)];

    /// <summary>A list in one text, as environment variables have them.</summary>
    public static ImmutableArray<string> Split(string text) =>
        [.. text.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    public static ImmutableArray<InputItem> Read(ITaskItem[] items) =>
        [.. items.Select(item => new InputItem(item.ItemSpec) { Metadata = MetadataOf(item) })];

    /// <summary>ResolvedFileToPublish items; the SDK says with AssetType what a package's file is.</summary>
    public static ImmutableArray<InputFile> ReadFiles(ITaskItem[] items) =>
        [.. items.Select(item => new InputFile(
            item.GetMetadata("FullPath"),
            item.GetMetadata("RelativePath").Replace('\\', '/'),
            OriginOf(item),
            item.GetMetadata("NuGetPackageId"),
            item.GetMetadata("NuGetPackageVersion"),
            item.GetMetadata("TrainLayer")))];

    private static FileOrigin OriginOf(ITaskItem item) =>
        item.GetMetadata("NuGetPackageId").Length > 0
            ? item.GetMetadata("AssetType") == "native" ? FileOrigin.PackageNative : FileOrigin.PackageLibrary
            : item.GetMetadata("ReferenceSourceTarget") == "ProjectReference" ? FileOrigin.ProjectReference
            : FileOrigin.Project;

    private static ImmutableDictionary<string, string> MetadataOf(ITaskItem item)
    {
        var metadata = item.CloneCustomMetadata();
        return metadata.Keys.Cast<string>().ToImmutableDictionary(
            name => name, item.GetMetadata, StringComparer.OrdinalIgnoreCase);
    }
}
