namespace ContainerTrain.Tests;

/// <summary>
/// Dockerfiles that people write by hand, and what the SDK makes of a project that says the same (tests/golden). That a
/// build really writes the latter is tested with the packages.
/// </summary>
public sealed class AGoldenDockerfile
{
    /// <summary>Each line of the hand-written file, and the lines that stand for it.</summary>
    private static readonly Dictionary<string, (string Seed, string[] Generated)[]> Equivalents = new()
    {
        ["python-server"] =
        [
            ("FROM python:3.8-slim-buster", ["FROM python:3.8-slim-buster AS system", "FROM system AS app"]),
            ("WORKDIR /app", ["WORKDIR \"/app\""]),
            // The requirements come first and alone, so that an edit of the program does not install them anew.
            ("COPY . .", ["COPY --chown=0:0 [\"system/1/\", \"/app/\"]", "COPY --chown=0:0 [\"app/\", \"/app/\"]"]),
            ("RUN pip install -r requirements.txt",
                ["RUN PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --no-cache-dir -r '/app/requirements.txt'"]),
            ("CMD [\"python\", \"main.py\"]", ["CMD [\"python\", \"main.py\"]"]),
        ],
        ["tensorflow"] =
        [
            ("FROM tensorflow/tensorflow:2.8.0-gpu-py3", ["FROM tensorflow/tensorflow:2.8.0-gpu-py3 AS system", "FROM system AS app"]),
            ("RUN apt-get update && apt-get install -y libomp5",
                ["RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libomp5 && rm -rf /var/lib/apt/lists/*"]),
            ("RUN pip install numpy pandas matplotlib seaborn scikit-learn",
                ["RUN PIP_BREAK_SYSTEM_PACKAGES=1 python3 -m pip install --no-cache-dir 'matplotlib' 'numpy' 'pandas' 'scikit-learn' 'seaborn'"]),
            ("WORKDIR /workspace", ["WORKDIR \"/workspace\""]),
            ("ADD ./my_project /workspace", ["COPY --chown=0:0 [\"app/\", \"/workspace/\"]"]),
            // An entry point of its own keeps no command of the base image, which the second line says.
            ("ENTRYPOINT [\"python\", \"train_model.py\"]", ["ENTRYPOINT [\"python\", \"train_model.py\"]", "CMD []"]),
        ],
    };

    [Theory]
    [InlineData("python-server")]
    [InlineData("tensorflow")]
    public void SaysLineByLineWhatTheHandWrittenOneSays(string name)
    {
        var pairs = Equivalents[name];
        Assert.Equal(Lines(name, "seed.Dockerfile"), pairs.Select(pair => pair.Seed));
        Assert.Equal(
            Lines(name, "expected.Dockerfile").Order(StringComparer.Ordinal),
            pairs.SelectMany(pair => pair.Generated).Order(StringComparer.Ordinal));
    }

    /// <summary>Without comments; a line that goes on is one.</summary>
    private static IEnumerable<string> Lines(string name, string file) =>
        Repository.Read($"tests/golden/{name}/{file}").Replace(" \\\n", "", StringComparison.Ordinal)
            .Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#'));
}
