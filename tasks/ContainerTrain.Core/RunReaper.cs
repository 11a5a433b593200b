using System.Text.Json;
using System.Text.Json.Nodes;
using ContainerTrain.Engine;
using ContainerTrain.Outcome;

namespace ContainerTrain;

/// <summary>Finds containers of a project whose builds are gone, and ends them. Containers whose build may still live are never touched.</summary>
internal sealed class RunReaper(EngineConnection engine, BuildCache cache)
{
    private sealed record Found(string Container, string RunId, string State, RunOwner Owner, string Folder)
    {
        public bool IsRunning => State is "running" or "paused" or "restarting";
    }

    /// <summary>Returns how many were ended. An engine that goes away meanwhile is found out by what needs it next.</summary>
    public async Task<int> ReapAsync(string projectFile, IProgress<string> progress, CancellationToken cancellation)
    {
        try
        {
            return await ReapAllAsync(projectFile, progress, cancellation);
        }
        catch (Exception e) when (EngineConnection.IsUnreachable(e) && !cancellation.IsCancellationRequested)
        {
            progress.Report($"Runs that earlier builds may have left behind were not looked for: {(e.InnerException ?? e).Message}");
            return 0;
        }
    }

    private async Task<int> ReapAllAsync(string projectFile, IProgress<string> progress, CancellationToken cancellation)
    {
        var ended = 0;
        if (RunOwner.OfThisProcess() is not { } self)
            return ended;
        foreach (var found in List(projectFile, cancellation))
        {
            if (!found.Owner.IsGone(self, found.IsRunning, engine.Endpoint.IsUnix))
                continue;
            progress.Report($"Run {found.RunId} was left behind by a build that is gone (process {found.Owner.Process}); {(found.IsRunning ? "stopping it with its grace" : "removing its container")}");
            if (await new AbandonedRun(RunFolder.At(found.Folder), cache).EndForNextAsync(engine, found.Container, progress, cancellation))
                ended++;
        }
        return ended;
    }

    private List<Found> List(string projectFile, CancellationToken cancellation)
    {
        var filters = new JsonObject { ["label"] = new JsonArray($"{ContainerSettings.ProjectLabel}={projectFile}", RunOwner.Label) }.ToJsonString();
        var found = new List<Found>();
        var answer = engine.Send("GET", $"containers/json?all=true&filters={Uri.EscapeDataString(filters)}", cancellation);
        if (!answer.IsSuccess)
            return found;
        using var list = JsonDocument.Parse(answer.Body);
        foreach (var container in list.RootElement.EnumerateArray())
        {
            var labels = container.GetProperty("Labels");
            if (Text(labels, ContainerSettings.RunLabel) is { Length: > 0 } run && RunOwner.Parse(Text(labels, RunOwner.Label)) is { } owner && Text(labels, RunOwner.FolderLabel) is { Length: > 0 } folder)
                found.Add(new Found(Text(container, "Id"), run, Text(container, "State"), owner, folder));
        }
        return found;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
