using System.Globalization;

namespace ContainerTrain.Runtime;

/// <summary>
/// The values of the csproj's <c>TrainHyperparameter</c> items. A read with a wrong value returns the default and
/// remembers the problem; <see cref="ThrowIfInvalid"/> then reports all of them, and names that nothing read.
/// Names compare without case, and <c>-</c> and <c>.</c> count as <c>_</c>, as in an environment variable's name.
/// </summary>
public sealed class Hyperparameters
{
    private readonly Dictionary<string, string> _given = new(HyperparameterNames.Comparer);
    private readonly HashSet<string> _read = new(HyperparameterNames.Comparer);
    private readonly List<TrainingProblem> _problems = [];

    internal Hyperparameters(IEnumerable<KeyValuePair<string, string>> given)
    {
        foreach (var (name, value) in given)
        {
            _given.Add(name, value);
        }

        // The run itself takes the seed.
        _read.Add("seed");
    }

    /// <summary>Every name and value the run was given, as text; those that keep their default are not among them.</summary>
    public IReadOnlyDictionary<string, string> Given => _given;

    /// <summary>A whole number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public int Get(string name, int defaultValue, int min = int.MinValue, int max = int.MaxValue)
    {
        if (Take(name) is not { } text)
        {
            return defaultValue;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        var allowed = (min, max) switch
        {
            (int.MinValue, int.MaxValue) => "a whole number",
            (_, int.MaxValue) => $"a whole number, {min} or more",
            (int.MinValue, _) => $"a whole number, {max} or less",
            _ => $"a whole number from {min} to {max}",
        };
        Reject(name, allowed, defaultValue.ToString(CultureInfo.InvariantCulture));
        return defaultValue;
    }

    /// <summary>
    /// A finite number with a decimal point, such as <c>0.05</c> or <c>1e-3</c>. <paramref name="min"/> and
    /// <paramref name="max"/> are themselves allowed, <paramref name="above"/> and <paramref name="below"/> are not.
    /// </summary>
    public double Get(string name, double defaultValue, double? min = null, double? max = null, double? above = null, double? below = null)
    {
        if (Take(name) is not { } text)
        {
            return defaultValue;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            && !(value < min) && !(value > max) && !(value <= above) && !(value >= below))
        {
            return value;
        }

        string?[] limits =
        [
            min is null ? null : string.Create(CultureInfo.InvariantCulture, $"{min} or more"),
            above is null ? null : string.Create(CultureInfo.InvariantCulture, $"above {above}"),
            max is null ? null : string.Create(CultureInfo.InvariantCulture, $"{max} or less"),
            below is null ? null : string.Create(CultureInfo.InvariantCulture, $"below {below}"),
        ];
        var range = string.Join(" and ", limits.Where(limit => limit is not null));
        Reject(name, range.Length == 0 ? "a number such as 0.5 or 1e-3" : $"a number {range}", defaultValue.ToString(CultureInfo.InvariantCulture));
        return defaultValue;
    }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public bool Get(string name, bool defaultValue)
    {
        if (Take(name) is not { } text)
        {
            return defaultValue;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        Reject(name, "true or false", defaultValue ? "true" : "false");
        return defaultValue;
    }

    /// <summary>Text; one of <paramref name="allowed"/> if any are given.</summary>
    public string Get(string name, string defaultValue, params IReadOnlyList<string> allowed)
    {
        var text = Take(name) ?? defaultValue;
        if (allowed.Count == 0 || allowed.Contains(text))
        {
            return text;
        }

        Reject(name, $"one of {Wording.List(allowed)}", defaultValue);
        return defaultValue;
    }

    /// <summary>Different names separated by commas, without the blanks around them; empty if it is absent or empty.</summary>
    public IReadOnlyList<string> GetList(string name)
    {
        var names = (Take(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Distinct().Count() != names.Length)
        {
            Reject(name, "a list without a repeated name");
        }

        return names;
    }

    /// <summary>
    /// All hyperparameters as one record, checked: the name of each is the member's, <c>LearningRate</c> is
    /// <c>learning_rate</c>; attributes such as <c>[Range(1, 100)]</c> say what is allowed, and a member without a default is
    /// required. Names that neither the record has nor an earlier <c>Get</c> asked for are unknown.
    /// </summary>
    /// <typeparam name="T">
    /// A record with constructor parameters or settable properties of type bool, int, long, double, string, an enum, a value
    /// type that is <see cref="IParsable{TSelf}"/> and has a <c>[Description]</c> of what it allows, their nullable forms, or a list of them (written with commas). A rule of a list holds for each element, one about length for the list.
    /// </typeparam>
    /// <exception cref="TrainingException">CT4106, once for each wrong value, missing value and unknown name.</exception>
    public T Bind<T>()
        where T : class
    {
        var bound = new HyperparameterBinder(this).Bind(typeof(T));
        ThrowIfInvalid();
        return (T)bound!;
    }

    /// <summary>Remembers that the value of <paramref name="name"/> is not allowed, for reasons only the program knows.</summary>
    /// <param name="name">The hyperparameter.</param>
    /// <param name="allowed">What is allowed; ends the sentence "it must be …".</param>
    /// <param name="example">A value that is allowed, shown in the remedy, or null.</param>
    public void Reject(string name, string allowed, string? example = null)
    {
        var remedy = example is null ? "" : $" Set it with <TrainHyperparameter Include=\"{name}\" Value=\"{example}\" />.";
        _problems.Add(new(ProblemCodes.HyperparameterInvalid,
            $"Hyperparameter '{name}' is {Wording.Quote(_given.GetValueOrDefault(name, ""))}; it must be {allowed}.{remedy}"));
    }

    /// <summary>Call this once, after the last read: names that were given and never read are taken for misspelt.</summary>
    /// <exception cref="TrainingException">CT4106, once for each wrong value and each unknown name.</exception>
    public void ThrowIfInvalid()
    {
        var known = _read.Order(StringComparer.Ordinal).ToArray();
        var unknown = _given.Keys
            .Where(name => !_read.Contains(name))
            .Select(name => new TrainingProblem(ProblemCodes.HyperparameterInvalid,
                $"Hyperparameter '{name}' (value {Wording.Quote(_given[name])}) is unknown.{Wording.DidYouMean(name, known)} "
                + $"This program reads {Wording.List(known)}."));
        var problems = _problems.Concat(unknown).ToArray();
        if (problems.Length > 0)
        {
            throw new TrainingException(problems);
        }
    }

    /// <summary>The text of a value, or null if it was not given; the name is known from here on.</summary>
    internal string? Take(string name)
    {
        _read.Add(name);
        return _given.GetValueOrDefault(name);
    }

    internal void Add(string problem) => _problems.Add(new(ProblemCodes.HyperparameterInvalid, problem));

    internal static Hyperparameters Read(IReadOnlyDictionary<string, string> environment, List<TrainingProblem> problems) =>
        new(HyperparameterSource.Read(environment, problems));
}
