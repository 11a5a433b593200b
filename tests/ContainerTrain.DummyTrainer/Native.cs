using System.Runtime.InteropServices;

namespace ContainerTrain.DummyTrainer;

/// <summary>Ends and excesses that managed code is protected from.</summary>
internal static partial class Native
{
    public static void Raise(int signal) => _ = Kill(Environment.ProcessId, signal);

    /// <summary>A segmentation fault in native code, which .NET does not turn into an exception.</summary>
    public static unsafe void WriteToNowhere() => Memset((void*)16, 1, 1);

    [LibraryImport("libc", EntryPoint = "abort")]
    public static partial void Abort();

    /// <summary>Memory outside the managed heap, whose own limit would end in an exception before the kernel's does in a kill.</summary>
    public static unsafe void Touch(int megabytes)
    {
        const int megabyte = 1 << 20;
        for (var i = 0; i < megabytes; i++)
            NativeMemory.Fill(NativeMemory.Alloc(megabyte), megabyte, 0xa5);
        Console.Out.WriteLine($"allocated {megabytes} MB");
    }

    public static void CloseOutput()
    {
        _ = Close(1);
        _ = Close(2);
    }

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "memset")]
    private static unsafe partial void* Memset(void* address, int value, nuint length);
}
