using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>The rows of one step. Owned by the <see cref="TensorBatches"/> it comes from, which fills it anew for the next step.</summary>
/// <param name="X">Features, of shape (rows, …), contiguous.</param>
/// <param name="Y">Targets, of shape (rows, …), contiguous.</param>
public readonly record struct TensorBatch(torch.Tensor X, torch.Tensor Y);

/// <summary>
/// The rows of two tensors in minibatches, shuffled anew in each epoch. Every batch is the same two tensors, filled with
/// other rows: a step allocates nothing, and the rows it works on are still in the processor's cache. A DataLoader, which
/// puts batches together sample by sample, takes a hundred times as long.
/// </summary>
/// <remarks>
/// A batch is valid until the next one is asked for: keep results, not batches, and dispose of neither. Do not go through
/// the same object twice at a time. The tensors given stay their owner's and have to outlive this object; dispose scopes
/// do not touch what this object owns.
/// </remarks>
public sealed class TensorBatches : IDisposable
{
    private const int CacheLine = 64;
    private const int RowsAhead = 12;

    private readonly torch.Tensor _x;
    private readonly torch.Tensor _y;
    private readonly TensorBatch _full;
    private readonly TensorBatch _last;

    /// <summary>Makes room for one batch.</summary>
    /// <param name="x">Features, of shape (rows, …), contiguous.</param>
    /// <param name="y">Targets, of shape (rows, …), contiguous, on the same device.</param>
    /// <param name="batchSize">Rows per step, of which the last step of an epoch may have fewer; 0, or the number of rows and more, for all of them.</param>
    /// <exception cref="ArgumentException">Tensors differ in their number of rows or their device, have none, or are not contiguous.</exception>
    public TensorBatches(torch.Tensor x, torch.Tensor y, int batchSize = 0)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        ArgumentOutOfRangeException.ThrowIfNegative(batchSize);
        Check(x, y);
        (_x, _y) = (x, y);
        RowCount = x.shape[0];
        BatchSize = batchSize == 0 ? RowCount : Math.Min(batchSize, RowCount);
        Count = (RowCount + BatchSize - 1) / BatchSize;
        if (IsOneBatch)
        {
            (_full, _last) = (new TensorBatch(x, y), new TensorBatch(x, y));
            return;
        }

        _full = new TensorBatch(RowsLike(x, BatchSize), RowsLike(y, BatchSize));
        _last = new TensorBatch(First(_full.X, SmallestBatchSize), First(_full.Y, SmallestBatchSize));
    }

    /// <summary>Rows of the tensors, and so of an epoch.</summary>
    public long RowCount { get; }

    /// <summary>Rows of a step; the last one of an epoch may have fewer.</summary>
    public long BatchSize { get; }

    /// <summary>Rows of the last step of an epoch.</summary>
    public long SmallestBatchSize => RowCount - (BatchSize * (Count - 1));

    /// <summary>Steps of an epoch.</summary>
    public long Count { get; }

    private bool IsOneBatch => Count == 1;

    /// <summary>
    /// Every row once, in an order that torch's generator draws: the same for the same seed, and after a resume that
    /// restores the generator. With a single batch it is the tensors themselves, and nothing is drawn.
    /// </summary>
    public IEnumerable<TensorBatch> Shuffled()
    {
        if (IsOneBatch)
        {
            yield return _full;
            yield break;
        }

        // Not given up to a scope of the caller's: this method goes on when the scope is gone.
        using var order = torch.randperm(RowCount, torch.int64, _x.device).DetachFromDisposeScope();
        for (var batch = 0L; batch < Count; batch++)
        {
            var filled = batch < Count - 1 ? _full : _last;
            var first = batch * BatchSize;
            Fill(filled.X, _x, order, first);
            Fill(filled.Y, _y, order, first);
            yield return filled;
        }
    }

    /// <summary>Frees the room for the batch; the tensors given are left alone.</summary>
    public void Dispose()
    {
        if (!IsOneBatch)
        {
            foreach (var tensor in (ReadOnlySpan<torch.Tensor>)[_last.X, _last.Y, _full.X, _full.Y])
            {
                tensor.Dispose();
            }
        }
    }

    private static void Check(torch.Tensor x, torch.Tensor y)
    {
        if (x.dim() == 0 || y.dim() == 0 || x.shape[0] == 0 || x.shape[0] != y.shape[0])
        {
            throw new ArgumentException($"The tensors must have the same number of rows, one or more; their shapes are ({string.Join(", ", x.shape)}) and ({string.Join(", ", y.shape)}).", nameof(y));
        }

        if (x.device_type != y.device_type || x.device_index != y.device_index || !x.is_contiguous() || !y.is_contiguous())
        {
            throw new ArgumentException("The tensors must be on one device and contiguous; see Tensor.to and Tensor.contiguous.", nameof(y));
        }
    }

    private static torch.Tensor RowsLike(torch.Tensor tensor, long rows) =>
        torch.empty([rows, .. tensor.shape[1..]], tensor.dtype, tensor.device).DetachFromDisposeScope();

    private static torch.Tensor First(torch.Tensor tensor, long rows) => tensor.narrow(0, 0, rows).DetachFromDisposeScope();

    /// <summary>target[i] = source[order[first + i]].</summary>
    private static void Fill(torch.Tensor target, torch.Tensor source, torch.Tensor order, long first)
    {
        var bytes = source.NumberOfElements * source.ElementSize;
        if (source.device_type == DeviceType.CPU && bytes <= int.MaxValue)
        {
            // torch's own gather needs a new tensor each time, and half as long again.
            var rows = MemoryMarshal.Cast<byte, long>(order.bytes).Slice((int)first, (int)target.size(0));
            Gather(target.bytes, source.bytes, rows, (int)(bytes / source.size(0)));
            return;
        }

        using var part = order.narrow(0, first, target.size(0));
        using var gathered = source.index_select(0, part);
        target.copy_(gathered);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Gather(Span<byte> target, ReadOnlySpan<byte> source, ReadOnlySpan<long> rows, int rowBytes)
    {
        // Of long rows, the processor itself fetches what follows.
        var isShort = Sse.IsSupported && rowBytes <= 16 * CacheLine;
        fixed (byte* start = source)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                if (isShort && i + RowsAhead < rows.Length)
                {
                    // The processor foresees no random order; a hint is never an access, so that it needs no check.
                    var ahead = start + (rows[i + RowsAhead] * rowBytes);
                    for (var line = 0; line < rowBytes; line += CacheLine)
                    {
                        Sse.Prefetch0(ahead + line);
                    }
                }

                source.Slice((int)rows[i] * rowBytes, rowBytes).CopyTo(target[(i * rowBytes)..]);
            }
        }
    }
}
