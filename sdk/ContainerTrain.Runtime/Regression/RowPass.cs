using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>The squared error on the CPU, row by row, in blocks of rows that threads share.</summary>
internal sealed class RowPass<T>(int features) : IErrorPass
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Fixed: the order of the sums, and so their last digits, must not depend on the number of threads.</summary>
    private const int BlockRows = 4096;

    private readonly T[] _w = new T[RowKernel.Padded<T>(features)];
    private Block[] _blocks = [];
    private double _squares;

    public void Evaluate(torch.Tensor x, torch.Tensor y, torch.Tensor parameters, torch.Tensor gradient)
    {
        var theta = Elements(parameters);
        theta[..features].CopyTo(_w);
        var intercept = theta.Length > features ? theta[features] : T.Zero;
        var rows = y.size(0);
        var count = (int)((rows + BlockRows - 1) / BlockRows);
        MakeBlocks(count);
        if (count == 1)
        {
            _blocks[0].Fill(Elements(x), Elements(y), _w, features, intercept);
        }
        else
        {
            var threads = new ParallelOptions { MaxDegreeOfParallelism = torch.get_num_threads() };
            Parallel.For(0, count, threads, block =>
            {
                // A view of its own for each block: the elements of all may be more than a span can hold.
                using var scope = torch.NewDisposeScope();
                var (first, length) = ((long)block * BlockRows, Math.Min(BlockRows, rows - ((long)block * BlockRows)));
                _blocks[block].Fill(Elements(x.narrow(0, first, length)), Elements(y.narrow(0, first, length)), _w, features, intercept);
            });
        }

        Combine(Elements(gradient), _blocks.AsSpan(0, count), 2.0 / rows);
    }

    public double TakeSquares()
    {
        var squares = _squares;
        _squares = 0;
        return squares;
    }

    public void Dispose()
    {
    }

    private static Span<T> Elements(torch.Tensor tensor) => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private void MakeBlocks(int count)
    {
        var known = _blocks.Length;
        if (known < count)
        {
            Array.Resize(ref _blocks, count);
            for (var i = known; i < count; i++)
            {
                _blocks[i] = new Block(_w.Length);
            }
        }
    }

    private void Combine(Span<T> gradient, ReadOnlySpan<Block> blocks, double factor)
    {
        for (var i = 0; i < features; i++)
        {
            var sum = 0.0;
            foreach (var block in blocks)
            {
                sum += double.CreateTruncating(block.Gradient[i]);
            }

            gradient[i] = T.CreateTruncating(sum * factor);
        }

        var residuals = 0.0;
        foreach (var block in blocks)
        {
            residuals += block.Sum;
            _squares += block.Squares;
        }

        if (gradient.Length > features)
        {
            gradient[features] = T.CreateTruncating(residuals * factor);
        }
    }

    /// <summary>What a block of rows amounts to.</summary>
    private sealed class Block(int padded)
    {
        public T[] Gradient { get; } = new T[padded];

        public double Squares { get; private set; }

        public double Sum { get; private set; }

        public void Fill(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> w, int features, T b)
        {
            Array.Clear(Gradient);
            (Squares, Sum) = RowKernel.Add(x, y, w, features, b, Gradient);
        }
    }
}
