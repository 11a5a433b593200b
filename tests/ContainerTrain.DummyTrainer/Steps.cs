using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ContainerTrain.DummyTrainer;

/// <summary>What the program can be told to do.</summary>
internal sealed class Steps
{
    public const string Usage = """
        For example: out=hello lines=100 report exit=3 -- arguments that "report" shows

        out=TEXT err=TEXT partial=TEXT     a line to stdout or stderr; text without a line end
        lines=N err-lines=N interleave=N   "line 1" … "line N"; interleave writes to both in turn
        long=N hex=BYTES                   one line of N characters; raw bytes
        report                             process, environment and mounts as one line of JSON
        secret=NAME                        the length of a secret, which it never prints
        show=VARIABLE                      the content of the file that an environment variable names
        write=PATH read=PATH               says "wrote PATH" or "PATH: why not"; a relative path is in the output folder
        text=PATH=TEXT                     writes a file of the output folder; TRAIN_HP_RATE in it becomes that hyperparameter
        problems=JSON                      writes problems.json; TRAIN_DATA_DIR in it becomes the data folder's path
        list-data                          the files below the data folder, a line for each
        wait-for=PATH sleep sleep=MS       until a file exists; forever; for a while
        save-on-sigterm=PATH               on SIGTERM takes a second, writes the file and exits with 0
        ignore-sigterm ignore-sigint
        flood=MB fill=PATH=MB              that much output in lines; a file of that size
        exit=N raise=SIGNAL segv abort
        throw=TEXT overflow                an exception that nothing catches; endless recursion
        close-output                       goes on without stdout and stderr
        allocate=MB                        touches that much memory
        threads=N                          says how many of N threads could be started
        orphan=SECONDS                     starts a child that outlives this program and keeps its stdout open
        """;

    private readonly string[] _arguments;
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Steps(string[] arguments)
    {
        _arguments = arguments;
        Known = new Dictionary<string, Action<string>>(StringComparer.Ordinal)
        {
            ["out"] = Console.Out.WriteLine,
            ["err"] = Console.Error.WriteLine,
            ["partial"] = Console.Out.Write,
            ["lines"] = count => Lines(Console.Out, Number(count)),
            ["err-lines"] = count => Lines(Console.Error, Number(count)),
            ["interleave"] = count => Interleave(Number(count)),
            ["long"] = length => Console.Out.WriteLine(new string('x', Number(length))),
            ["hex"] = bytes => WriteBytes(Convert.FromHexString(bytes)),
            ["flood"] = megabytes => Flood(Number(megabytes)),
            ["report"] = _ => Console.Out.WriteLine(Report.OfThisProcess(_arguments).ToJson()),
            ["show"] = variable => Console.Out.WriteLine(File.ReadAllText(Environment.GetEnvironmentVariable(variable)!)),
            ["secret"] = name => Console.Out.WriteLine($"secret {name}: {File.ReadAllBytes(Path.Combine(Environment.GetEnvironmentVariable("TRAIN_SECRETS_DIR")!, name)).Length} bytes"),
            ["write"] = path => Attempt("wrote", path, Write),
            ["read"] = path => Attempt("read", path, file => Console.Out.WriteLine(File.ReadAllText(file))),
            ["text"] = WriteText,
            ["problems"] = json => File.WriteAllText(
                InOutput("problems.json"), json.Replace("TRAIN_DATA_DIR", Environment.GetEnvironmentVariable("TRAIN_DATA_DIR"), StringComparison.Ordinal)),
            ["list-data"] = _ => ListData(),
            ["wait-for"] = path => WaitFor(InOutput(path)),
            ["sleep"] = time => Thread.Sleep(time.Length > 0 ? Number(time) : Timeout.Infinite),
            ["save-on-sigterm"] = path => OnSigTerm(() => SaveAndExit(InOutput(path))),
            ["ignore-sigterm"] = _ => OnSigTerm(() => Console.Out.WriteLine("SIGTERM ignored")),
            ["ignore-sigint"] = _ => _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true)),
            ["exit"] = code => Environment.Exit(Number(code)),
            ["raise"] = signal => Native.Raise(Number(signal)),
            ["segv"] = _ => Native.WriteToNowhere(),
            ["abort"] = _ => Native.Abort(),
            ["throw"] = text => throw new InvalidOperationException(text),
            ["overflow"] = _ => Console.Out.WriteLine(Descend(0)),
            ["fill"] = Fill,
            ["close-output"] = _ => Native.CloseOutput(),
            ["allocate"] = megabytes => Native.Touch(Number(megabytes)),
            ["threads"] = count => StartThreads(Number(count)),
            ["orphan"] = StartOrphan,
        };
    }

    public IReadOnlyDictionary<string, Action<string>> Known { get; }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string InOutput(string path) => Path.Combine(Environment.GetEnvironmentVariable("TRAIN_OUTPUT_DIR") ?? ".", path);

    private static void Lines(TextWriter writer, int count)
    {
        // In one go: a thousand small writes test the kernel's pipe, not who reads it.
        var text = new StringBuilder();
        for (var i = 1; i <= count; i++)
            text.Append("line ").Append(i).Append('\n');
        writer.Write(text);
    }

    private static void Flood(int megabytes)
    {
        using var stdout = Console.OpenStandardOutput();
        var line = Encoding.ASCII.GetBytes(new string('x', 99) + "\n");
        var chunk = Enumerable.Repeat(line, 640).SelectMany(bytes => bytes).ToArray();
        for (var left = megabytes * 1_000_000L; left > 0; left -= chunk.Length)
            stdout.Write(chunk, 0, (int)Math.Min(left, chunk.Length));
    }

    private static void Fill(string pathAndSize)
    {
        var (path, size) = (InOutput(pathAndSize[..pathAndSize.IndexOf('=', StringComparison.Ordinal)]), Number(pathAndSize[(pathAndSize.IndexOf('=', StringComparison.Ordinal) + 1)..]));
        using var file = File.OpenWrite(path);
        for (var i = 0; i < size; i++)
            file.Write(new byte[1 << 20]);
    }

    private static int Descend(int depth) => Descend(depth + 1) + depth;

    private static void Interleave(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            Console.Out.WriteLine($"out {i}");
            Console.Error.WriteLine($"err {i}");
        }
    }

    private static void WriteBytes(byte[] bytes)
    {
        using var stdout = Console.OpenStandardOutput();
        stdout.Write(bytes);
    }

    private static void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "written by the dummy trainer\n");
    }

    private static void WriteText(string pathAndText)
    {
        var (path, text) = pathAndText.IndexOf('=') is var at && at > 0 ? (InOutput(pathAndText[..at]), pathAndText[(at + 1)..]) : throw new ArgumentException("text=PATH=TEXT");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.Replace("TRAIN_HP_RATE", Environment.GetEnvironmentVariable("TRAIN_HP_RATE"), StringComparison.Ordinal));
    }

    private static void Attempt(string done, string path, Action<string> action)
    {
        try
        {
            action(InOutput(path));
            Console.Out.WriteLine($"{done} {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Out.WriteLine($"{path}: {e.Message}");
        }
    }

    private static void ListData()
    {
        var folder = Environment.GetEnvironmentVariable("TRAIN_DATA_DIR")!;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            Console.Out.WriteLine($"{Path.GetRelativePath(folder, file)}: {File.ReadAllBytes(file).Length} bytes");
    }

    private static void WaitFor(string path)
    {
        while (!File.Exists(path))
            Thread.Sleep(20);
    }

    private void OnSigTerm(Action action) => _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
    {
        context.Cancel = true;
        action();
    }));

    private static void SaveAndExit(string path)
    {
        // Longer than a kill takes that comes at once, so that only a grace lets the file be written.
        Thread.Sleep(1000);
        File.WriteAllText(path, "saved\n");
        Environment.Exit(0);
    }

    private static void StartThreads(int count)
    {
        var started = 0;
        try
        {
            for (; started < count; started++)
                new Thread(() => Thread.Sleep(Timeout.Infinite), maxStackSize: 1 << 18) { IsBackground = true }.Start();
        }
        catch (OutOfMemoryException)
        {
            // What .NET makes of a clone that the kernel refused.
        }
        Console.Out.WriteLine($"threads: {started}");
    }

    private static void StartOrphan(string seconds)
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", [seconds]))!;
        Console.Out.WriteLine($"orphan {child.Id}");
    }
}
