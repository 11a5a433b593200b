using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ContainerTrain.Plan;

namespace ContainerTrain.Engine;

/// <summary>
/// An image's configuration as the OCI image specification has it
/// (https://github.com/opencontainers/image-spec/blob/main/config.md). Its SHA-256 is the image's id, so the same plan on
/// the same base is the same image, wherever and whenever it is made.
/// </summary>
/// <param name="Json">The exact bytes that the id is the digest of.</param>
internal sealed record ImageConfig(byte[] Json)
{
    /// <summary>What of a base image's run configuration goes on to the images made from it, as FROM does it.</summary>
    private static readonly ImmutableArray<string> Inherited =
        ["User", "ExposedPorts", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "Labels", "StopSignal", "Healthcheck", "Shell"];

    public string Id => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Json));

    /// <summary>A base with layers and labels on top, otherwise unchanged: a deps image.</summary>
    public static ImageConfig Dependencies(EngineImage below, string created, IEnumerable<LayerDigest> layers, IEnumerable<KeyValuePair<string, string>> labels)
    {
        var config = Inherit(below);
        AddLabels(config, labels);
        return Compose(below, config, created, layers);
    }

    /// <summary>The application on a deps image, configured as the plan says.</summary>
    public static ImageConfig App(EngineImage below, string created, IEnumerable<LayerDigest> layers, ImagePlan plan, IEnumerable<KeyValuePair<string, string>> labels)
    {
        var config = Inherit(below);
        AddLabels(config, plan.Labels.Concat(labels));
        AddEnvironment(config, plan.Environment);
        foreach (var port in plan.Ports)
            Object(config, "ExposedPorts")[port] = new JsonObject();
        foreach (var volume in plan.Volumes)
            Object(config, "Volumes")[volume] = new JsonObject();
        config["WorkingDir"] = plan.WorkingDirectory;
        if (plan.User.Length > 0)
            config["User"] = plan.User;
        if (plan.StopSignal.Length > 0)
            config["StopSignal"] = plan.StopSignal;
        if (plan.Healthcheck is { } check)
            config["Healthcheck"] = Healthcheck(check);
        if (!plan.Entrypoint.IsEmpty)
            config["Entrypoint"] = Array(plan.Entrypoint);
        if (!plan.InheritsCommand)
            config.Remove("Cmd");
        if (!plan.Command.IsEmpty)
            config["Cmd"] = Array(plan.Command);
        return Compose(below, config, created, layers);
    }

    private static ImageConfig Compose(EngineImage below, JsonObject config, string created, IEnumerable<LayerDigest> layers)
    {
        var added = layers.ToImmutableArray();
        var image = new JsonObject { ["architecture"] = below.Architecture, ["os"] = below.Os };
        if (below.Variant.Length > 0)
            image["variant"] = below.Variant;
        image["created"] = created;
        image["config"] = config;
        image["rootfs"] = new JsonObject
        {
            ["type"] = "layers",
            ["diff_ids"] = Array([.. below.DiffIds, .. added.Select(layer => layer.DiffId)]),
        };
        image["history"] = new JsonArray([
            .. below.DiffIds.Select(_ => new JsonObject { ["created"] = below.Created, ["created_by"] = "base image" }),
            .. added.Select(layer => new JsonObject { ["created"] = created, ["created_by"] = "ContainerTrain.Sdk: " + layer.Plan.Name }),
        ]);
        return new ImageConfig(JsonBytes.Of(image));
    }

    /// <summary>As the engine has it: times in nanoseconds; what is not said is not there.</summary>
    private static JsonObject Healthcheck(HealthcheckPlan check)
    {
        var json = new JsonObject { ["Test"] = check.Test.IsEmpty ? Array(["NONE"]) : Array(["CMD", .. check.Test]) };
        Add("Interval", check.Interval?.Ticks * TimeSpan.NanosecondsPerTick);
        Add("Timeout", check.Timeout?.Ticks * TimeSpan.NanosecondsPerTick);
        Add("StartPeriod", check.StartPeriod?.Ticks * TimeSpan.NanosecondsPerTick);
        Add("Retries", check.Retries);
        return json;

        void Add(string name, long? value)
        {
            if (value is { } number)
                json[name] = number;
        }
    }

    private static JsonObject Inherit(EngineImage below)
    {
        var config = new JsonObject();
        foreach (var name in Inherited)
        {
            if (below.Config[name] is { } value)
                config[name] = value.DeepClone();
        }
        return config;
    }

    private static void AddLabels(JsonObject config, IEnumerable<KeyValuePair<string, string>> labels)
    {
        foreach (var (name, value) in labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            Object(config, "Labels")[name] = value;
    }

    /// <summary>A variable that the base has already keeps its place and gets the new value, as ENV does it.</summary>
    private static void AddEnvironment(JsonObject config, ImmutableSortedDictionary<string, string> variables)
    {
        if (variables.IsEmpty)
            return;
        var lines = (config["Env"] as JsonArray ?? []).Select(line => line!.GetValue<string>()).ToList();
        foreach (var (name, value) in variables)
        {
            var at = lines.FindIndex(line => line.StartsWith(name + "=", StringComparison.Ordinal));
            if (at >= 0)
                lines[at] = $"{name}={value}";
            else
                lines.Add($"{name}={value}");
        }
        config["Env"] = Array(lines);
    }

    private static JsonObject Object(JsonObject config, string name)
    {
        if (config[name] is not JsonObject value)
            config[name] = value = [];
        return value;
    }

    private static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);
}
