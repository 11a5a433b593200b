namespace ContainerTrain.Runtime;

/// <summary>State of a program's own kind that a checkpoint holds.</summary>
public interface ICheckpointState
{
    /// <summary>Writes what <see cref="Load"/> needs.</summary>
    void Save(BinaryWriter writer);

    /// <summary>Becomes what <see cref="Save"/> wrote.</summary>
    void Load(BinaryReader reader);
}
