using ContainerTrain.Diagnostics;

namespace ContainerTrain.Registry;

/// <summary>Something that may go well at the next try: a registry that is busy, restarting, or out of the line.</summary>
/// <param name="after">How long the registry asks to wait; null if it does not say.</param>
internal sealed class TransientException(string message, TimeSpan? after = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? After => after;
}

/// <summary>Tries again what may go well then, with pauses that double.</summary>
internal sealed class Backoff(Func<TimeSpan, CancellationToken, Task> pause, IProgress<string> progress)
{
    public const int Attempts = 5;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);

    /// <summary>A registry that asks for more than that has a limit of the day, not a busy minute.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <param name="what">In words, for the lines and the problem.</param>
    /// <param name="action">Begins anew at each try.</param>
    /// <exception cref="ProblemException">CT5003 with the last failure.</exception>
    public async Task<T> TryAsync<T>(string what, Func<Task<T>> action, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await action();
            }
            catch (TransientException e) when (attempt < Attempts && !(e.After > Longest))
            {
                var wait = e.After ?? First * Math.Pow(2, attempt - 1);
                progress.Report($"  {what}: {e.Message}; trying again in {wait.TotalSeconds:0.#} s");
                await pause(wait, cancellation);
            }
            catch (TransientException e)
            {
                throw new ProblemException(Codes.RegistryUnreachable.With(what, e.Message, attempt), e);
            }
        }
    }
}
