using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace ContainerTrain.Runtime.Tests;

public sealed class TablesAsTensors : NeedsTorch
{
    private static readonly NumericTable Table = NumericTable.Of(("a", [1, 2, 3]), ("b", [0.1, 0.2, 0.3]));

    [Fact]
    public void HaveRowsAndColumns()
    {
        using var tensor = Table.ToTensor();

        Assert.Equal([3, 2], tensor.shape);
        Assert.Equal(float64, tensor.dtype);
        Assert.Equal([1, 0.1, 2, 0.2, 3, 0.3], tensor.data<double>().ToArray());
    }

    [Fact]
    public void TakeTheTypeAskedFor()
    {
        using var tensor = Table.ToTensor(float32);

        Assert.Equal([1, 0.1f, 2, 0.2f, 3, 0.3f], tensor.data<float>().ToArray());
    }

    /// <summary>Sums over memory that begins anywhere differ in their last digits from run to run.</summary>
    [Fact]
    public void BeginAtTorchsAlignment()
    {
        for (var i = 0; i < 100; i++)
        {
            using var tensor = Table.ToTensor();
            var address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(tensor.bytes));

            Assert.Equal(0, address % 64);
        }
    }
}
