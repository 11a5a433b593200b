using System.Text;

namespace ContainerTrain.Plan;

/// <summary>What Linux can hand to a program as an argument or a variable: no zero, whole characters, and not too much of it.</summary>
internal static class ProgramText
{
    /// <summary>MAX_ARG_STRLEN, with the zero at its end: 32 pages of 4 KiB.</summary>
    private const int MostBytes = 131_071;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Why a text cannot be handed on; empty if it can.</summary>
    /// <param name="name">A variable's name, which counts with its value; empty for an argument.</param>
    public static string Fault(string text, string name = "")
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            return "has a character of code 0, where a program's text ends";
        try
        {
            var bytes = Strict.GetByteCount(text) + (name.Length > 0 ? name.Length + 1 : 0);
            return bytes <= MostBytes ? "" : $"has {bytes} bytes, and Linux hands a program at most {MostBytes} in one piece";
        }
        catch (EncoderFallbackException)
        {
            return "has half of a character (a lone surrogate), which is no text";
        }
    }
}
