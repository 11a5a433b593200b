using TorchSharp;

namespace ContainerTrain.Runtime;

/// <summary>
/// The triangle R of X = QR, which has all that least squares needs of X, found block by block: never more than one block
/// of X and its Q are in memory. The triangle of triangles is the triangle of all rows: J. Demmel and others,
/// <i>Communication-optimal Parallel and Sequential QR and LU Factorizations</i> (2012), https://arxiv.org/abs/0808.2664.
/// </summary>
internal static class ReducedRows
{
    private const int BlockRows = 1 << 15;

    /// <summary>R of the columns of a table, standardized, in float64 on the CPU: of shape (min(rows, columns), columns).</summary>
    public static torch.Tensor Of(Standardizer scale, NumericTable table)
    {
        var triangles = new List<torch.Tensor>();
        for (var first = 0; first < table.RowCount; first += BlockRows)
        {
            using var block = torch.NewDisposeScope();
            var x = scale.ToTensor(table.Slice(first, Math.Min(BlockRows, table.RowCount - first)));
            triangles.Add(Triangle(x).MoveToOuterDisposeScope());
        }

        return triangles.Count == 1 ? triangles[0] : Triangle(torch.cat(triangles));
    }

    private static torch.Tensor Triangle(torch.Tensor x) => torch.linalg.qr(x, torch.linalg.QRMode.R).R;
}
