using ContainerTrain.Outcome;

namespace ContainerTrain.Engine;

/// <summary>What is particular about the Windows Subsystem for Linux.</summary>
internal static class WslCheck
{
    private const string Name = "WSL";

    /// <param name="kernel">The text of /proc/version; empty where there is none.</param>
    /// <param name="projectFolder">Absolute.</param>
    /// <param name="hasDriver">Whether Windows shares its GPU driver (/usr/lib/wsl/lib).</param>
    /// <param name="wantsGpu">Whether the training is to use a GPU.</param>
    public static DoctorLine Of(string kernel, string projectFolder, bool hasDriver, bool wantsGpu)
    {
        if (!kernel.Contains("microsoft", StringComparison.OrdinalIgnoreCase))
            return DoctorLine.Ok(Name, "no");
        // WSL 1 has no kernel of its own and names itself as Windows writes the word.
        if (!kernel.Contains("microsoft-standard", StringComparison.Ordinal))
            return DoctorLine.Error(Name, "WSL 1, which runs no container engine", "Convert the distribution: 'wsl --set-version <name> 2'.");
        if (wantsGpu && !hasDriver)
            return DoctorLine.Error(Name, "WSL 2 without Windows' GPU driver in /usr/lib/wsl/lib", "Install NVIDIA's driver in Windows (none in the distribution), then 'wsl --shutdown'.");
        return projectFolder.StartsWith("/mnt/", StringComparison.Ordinal)
            ? DoctorLine.Warning(Name, $"WSL 2; the project is on a drive of Windows ('{projectFolder}'), where reading files is many times slower", "Move it into the distribution's own file system, such as below your home folder.")
            : DoctorLine.Ok(Name, "WSL 2");
    }
}
