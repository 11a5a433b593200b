namespace ContainerTrain.Diagnostics;

/// <content>Native libraries on the base image, and the doctor: CT303x.</content>
public static partial class Codes
{
    public static readonly DiagnosticCode ImageLacksSymbol = Error("CT3030", "Native library does not load on the base image",
        "'{0}' needs {1}, and the image {2} {3}.",
        "Stand on a newer or larger image (ContainerFamily, ContainerBaseImage), install what is missing with TrainAptPackage, or leave out a file that nothing loads with TrainUnneededNative.");

    public static readonly DiagnosticCode ImageHasMusl = Error("CT3031", "Base image has another C library",
        "The image {0} has musl ('{1}') and no glibc, which {2} cannot do without.",
        "Set ContainerBaseImage or ContainerFamily to an image with glibc, such as mcr.microsoft.com/dotnet/runtime:10.0-noble; those with 'alpine' in their name have musl.");

    public static readonly DiagnosticCode DamagedNative = Error("CT3032", "Native library is damaged",
        "'{0}' is cut short: its headers name bytes beyond its {1} bytes.",
        "Delete the package's folder in the NuGet cache and restore again.");

    public static readonly DiagnosticCode ForeignNative = Error("CT3033", "Native library for another machine",
        "'{0}' is made for {1}, and the image is for {2}.",
        "Set ContainerRuntimeIdentifier to the machine that the library is for, or reference the package for the other one.");

    public static readonly DiagnosticCode DoctorFoundErrors = Error("CT3034", "TrainDoctor found errors",
        "{0}.",
        "Each line above that begins with 'error' says what to do; the code in it has a page.");

    public static readonly DiagnosticCode DoctorReportNotWritten = Error("CT3035", "Report of the doctor not written",
        "TrainDoctorJson is '{0}', which cannot be written: {1}",
        "Name a file in a folder that you may write to.");
}
