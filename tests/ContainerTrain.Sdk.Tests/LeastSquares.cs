using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace ContainerTrain.Sdk.Tests;

/// <summary>What the template's program found: <c>model/model.json</c>.</summary>
internal sealed record FittedLine(double Intercept, ImmutableDictionary<string, double> Coefficients)
{
    public static FittedLine Read(string runFolder)
    {
        var model = JsonDocument.Parse(File.ReadAllText(Path.Combine(runFolder, "model", "model.json"))).RootElement;
        var features = model.GetProperty("features").EnumerateArray().Select(feature => feature.GetString()!);
        var coefficients = model.GetProperty("coefficients").EnumerateArray().Select(value => value.GetDouble());
        return new FittedLine(model.GetProperty("intercept").GetDouble(), features.Zip(coefficients, KeyValuePair.Create).ToImmutableDictionary());
    }
}

/// <summary>
/// Least squares in 28 decimal digits: the reference that a gradient descent is measured by, without any of the product's
/// own code.
/// </summary>
internal static class ExactLeastSquares
{
    public static FittedLine Of(string csvFile, string target)
    {
        var lines = File.ReadAllLines(csvFile).Where(line => line.Length > 0).Select(line => line.Split(',')).ToArray();
        var features = lines[0].Where(name => name != target).ToArray();
        var columns = features.Select(name => Array.IndexOf(lines[0], name)).ToArray();
        var y = Array.IndexOf(lines[0], target);
        decimal[][] rows = [.. lines[1..].Select(line => (decimal[])[1, .. columns.Select(column => Number(line[column])), Number(line[y])])];

        var solution = Solve(NormalEquations(rows));
        return new FittedLine((double)solution[0], features.Zip(solution[1..].Select(value => (double)value), KeyValuePair.Create).ToImmutableDictionary());
    }

    private static decimal Number(string cell) => decimal.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>XᵀX beside Xᵀy. Decimal sums of such data are exact, so that squaring the condition costs nothing.</summary>
    private static decimal[][] NormalEquations(decimal[][] rows)
    {
        var n = rows[0].Length - 1;
        return [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n + 1).Select(j => rows.Sum(row => row[i] * row[j])).ToArray())];
    }

    /// <summary>Gaussian elimination with pivoting, 28 digits.</summary>
    private static decimal[] Solve(decimal[][] system)
    {
        var n = system.Length;
        for (var column = 0; column < n; column++)
        {
            var pivot = Enumerable.Range(column, n - column).MaxBy(row => Math.Abs(system[row][column]));
            (system[column], system[pivot]) = (system[pivot], system[column]);
            for (var row = column + 1; row < n; row++)
            {
                var factor = system[row][column] / system[column][column];
                for (var j = column; j <= n; j++)
                    system[row][j] -= factor * system[column][j];
            }
        }
        var solution = new decimal[n];
        for (var row = n - 1; row >= 0; row--)
            solution[row] = (system[row][n] - Enumerable.Range(row + 1, n - row - 1).Sum(j => system[row][j] * solution[j])) / system[row][row];
        return solution;
    }
}
