namespace ContainerTrain.Runtime;

/// <summary>Sees the epochs of a run, as <see cref="TrainingRun.Epochs"/> goes through them.</summary>
internal interface IEpochObserver
{
    /// <summary>Before the first epoch.</summary>
    /// <param name="first">Its number: 1, or a later one where the run goes on from a checkpoint.</param>
    /// <param name="total">The number of the last epoch.</param>
    void Began(int first, int total);

    /// <summary>After each epoch.</summary>
    void Ended(int epoch);

    /// <summary>After the last epoch, also where a stop request, the program or an exception made it the last.</summary>
    void Done();
}
