namespace ContainerTrain.Runtime;

/// <summary>The codes of the problems that a training program can report. A code is never reused.</summary>
public static class ProblemCodes
{
    /// <summary>The data file does not exist, or no file was named and there is not exactly one.</summary>
    public const string DataFileNotFound = "CT4101";

    /// <summary>The data file is empty, or has a header and no rows.</summary>
    public const string DataFileEmpty = "CT4102";

    /// <summary>A column that the program asks for is not in the data file.</summary>
    public const string ColumnMissing = "CT4103";

    /// <summary>A cell of a numeric column holds something that is neither a number nor a missing value.</summary>
    public const string CellNotNumeric = "CT4104";

    /// <summary>Every row lacks a value in one of the columns read.</summary>
    public const string NoCompleteRows = "CT4105";

    /// <summary>A hyperparameter or another setting of the run has a value that is not allowed, or an unknown name.</summary>
    public const string HyperparameterInvalid = "CT4106";

    /// <summary>The loss is not finite any more, or far above where it began.</summary>
    public const string TrainingDiverged = "CT4107";

    /// <summary>The device that the run was promised cannot be used.</summary>
    public const string DeviceMissing = "CT4108";

    /// <summary>The file is not a table: a row has too few or too many cells, or column names are empty or repeated.</summary>
    public const string MalformedTable = "CT4109";

    /// <summary>A file of the output directory cannot be written: the disk is full, or the folder is read-only.</summary>
    public const string OutputUnwritable = "CT4110";

    /// <summary>The metrics file ended in the middle of a line.</summary>
    public const string MetricsCut = "CT4111";

    /// <summary>Another process writes to the same output directory.</summary>
    public const string OutputInUse = "CT4112";

    /// <summary>A metric is NaN or infinite. Ends the run with an outcome of its own, hence no number beside the others.</summary>
    public const string LossNotFinite = "CT4012";

    /// <summary>A native library cannot be loaded.</summary>
    public const string NativeLibraryMissing = "CT4027";

    /// <summary>The device failed: what follows on it fails too.</summary>
    public const string DeviceLost = "CT4028";

    /// <summary>An exception that nobody foresaw.</summary>
    public const string UnhandledException = "CT4029";

    /// <summary>A warning: a feature has the same value in all rows for training.</summary>
    public const string ConstantFeature = "CT4130";

    /// <summary>A warning: other features determine a feature.</summary>
    public const string DependentFeature = "CT4131";

    /// <summary>The squares of a column's values are too large for float64.</summary>
    public const string ColumnTooLarge = "CT4132";

    /// <summary>A checkpoint cannot be written.</summary>
    public const string CheckpointNotWritten = "CT4120";

    /// <summary>The newest checkpoint is damaged, and the run goes on from an earlier one. A warning.</summary>
    public const string CheckpointDamaged = "CT4121";

    /// <summary>There is no usable checkpoint to go on from.</summary>
    public const string NoCheckpoint = "CT4122";

    /// <summary>The checkpoint to go on from holds other state than the program tracks.</summary>
    public const string CheckpointOfAnotherModel = "CT4123";

    /// <summary>The run goes on with hyperparameters or a seed that its checkpoint was not made with. A warning.</summary>
    public const string ResumedWithOtherSettings = "CT4125";

    /// <summary>The program asks for a secret that the run was not given.</summary>
    public const string SecretMissing = "CT4140";
}
