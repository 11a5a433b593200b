using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ContainerTrain.Runtime;

/// <summary>
/// Σr², Xᵀr and Σr with r = Xw + b − y, over a few rows of a matrix, each row read once: its residual is known while the
/// row is still in the nearest cache. As matrix products, X would come from memory twice.
/// </summary>
internal static class RowKernel
{
    /// <summary>Adds what the rows amount to.</summary>
    /// <param name="x">The rows, one after the other.</param>
    /// <param name="y">One target for each row; their number is the number of rows.</param>
    /// <param name="w">The coefficients, with zeros up to a multiple of the vector's length (<see cref="Padded{T}"/>).</param>
    /// <param name="features">How many of the coefficients there are.</param>
    /// <param name="b">The intercept.</param>
    /// <param name="gradient">Gets Xᵀr added; as long as <paramref name="w"/>, where the padding's values mean nothing.</param>
    /// <returns>Σr² and Σr.</returns>
    // Optimized from the first call: a short training would be over before the runtime has found out that this is hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Squares, double Sum) Add<T>(
        ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> w, int features, T b, Span<T> gradient)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (squares, sum) = (0.0, 0.0);
        Span<T> last = stackalloc T[w.Length];
        for (var row = 0; row < y.Length; row++)
        {
            // A vector may reach into the next row, where it meets zeros in w. After the last rows there is nothing to reach into.
            scoped var values = x[(row * features)..];
            if (values.Length < w.Length)
            {
                values[..features].CopyTo(last);
                values = last;
            }

            ref var xs = ref MemoryMarshal.GetReference(values);
            var residual = Dot(ref xs, w) + b - y[row];
            AddScaled(ref xs, residual, gradient);
            var r = double.CreateTruncating(residual);
            squares += r * r;
            sum += r;
        }

        return (squares, sum);
    }

    /// <summary>The least multiple of the vector's length that holds so many features.</summary>
    public static int Padded<T>(int features) => (features + Vector512<T>.Count - 1) / Vector512<T>.Count * Vector512<T>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Dot<T>(ref T xs, ReadOnlySpan<T> w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref var ws = ref MemoryMarshal.GetReference(w);
        var sums = Vector512<T>.Zero;
        for (nuint i = 0; i < (nuint)w.Length; i += (nuint)Vector512<T>.Count)
        {
            sums += Vector512.LoadUnsafe(ref xs, i) * Vector512.LoadUnsafe(ref ws, i);
        }

        return Vector512.Sum(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddScaled<T>(ref T xs, T factor, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ref var to = ref MemoryMarshal.GetReference(target);
        var factors = Vector512.Create(factor);
        for (nuint i = 0; i < (nuint)target.Length; i += (nuint)Vector512<T>.Count)
        {
            (Vector512.LoadUnsafe(ref to, i) + (Vector512.LoadUnsafe(ref xs, i) * factors)).StoreUnsafe(ref to, i);
        }
    }
}
