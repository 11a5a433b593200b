using Parquet;
using Parquet.Schema;

namespace ContainerTrain.Benchmarks.Training;

/// <summary>
/// The three million flights of the npm package vega-datasets: departure delay in minutes from distance, hour and the mean
/// delays of the two airports. Columns in memory; features are computed where they are wanted, as nobody should pay for how
/// the other keeps them.
/// </summary>
internal sealed class Flights
{
    public const int Features = 8;

    private readonly float[] _delays;
    private readonly float[] _distances;
    private readonly float[] _hours;
    private readonly float[] _origins;
    private readonly float[] _destinations;
    private readonly float[] _means = new float[Features];
    private readonly float[] _scales = new float[Features];

    private Flights(float[] delays, float[] distances, float[] hours, float[] origins, float[] destinations)
    {
        (_delays, _distances, _hours, _origins, _destinations) = (delays, distances, hours, origins, destinations);
        Standardize();
    }

    public int Rows => _delays.Length;

    public float Delay(int row) => _delays[row];

    /// <summary>The features of a row, standardized.</summary>
    public void Write(int row, Span<float> features)
    {
        WriteRaw(row, features);
        for (var i = 0; i < Features; i++)
        {
            features[i] = (features[i] - _means[i]) / _scales[i];
        }
    }

    public static async Task<Flights> ReadAsync(string path)
    {
        await using var file = await ParquetReader.CreateAsync(path);
        var fields = file.Schema.GetDataFields().ToDictionary(field => field.Name);
        var rows = (int)file.Metadata!.NumRows;
        var (delays, distances, hours) = (new float[rows], new float[rows], new float[rows]);
        var (origins, destinations) = (new AirportColumn(rows), new AirportColumn(rows));
        var first = 0;
        for (var index = 0; index < file.RowGroupCount; index++)
        {
            using var group = file.OpenRowGroupReader(index);
            var count = (int)group.RowCount;
            await ReadNumbersAsync(group, fields["delay"], delays.AsMemory(first, count));
            await ReadNumbersAsync(group, fields["distance"], distances.AsMemory(first, count));
            var dates = new DateTime?[count];
            await group.ReadAsync<DateTime>(fields["date"], dates);
            for (var i = 0; i < count; i++)
            {
                hours[first + i] = (float)dates[i]!.Value.TimeOfDay.TotalHours;
            }

            await origins.ReadAsync(group, fields["origin"], first);
            await destinations.ReadAsync(group, fields["destination"], first);
            first += count;
        }

        return new Flights(delays, distances, hours, origins.MeanOf(delays), destinations.MeanOf(delays));
    }

    private void WriteRaw(int row, Span<float> features)
    {
        var (distance, hour) = (_distances[row], _hours[row]);
        var angle = hour * MathF.Tau / 24;
        features[0] = distance;
        features[1] = MathF.Log(1 + distance);
        features[2] = hour;
        features[3] = hour * hour;
        features[4] = MathF.Sin(angle);
        features[5] = MathF.Cos(angle);
        features[6] = _origins[row];
        features[7] = _destinations[row];
    }

    private void Standardize()
    {
        var (sums, squares) = (new double[Features], new double[Features]);
        Span<float> features = stackalloc float[Features];
        for (var row = 0; row < Rows; row++)
        {
            WriteRaw(row, features);
            for (var i = 0; i < Features; i++)
            {
                sums[i] += features[i];
                squares[i] += (double)features[i] * features[i];
            }
        }

        for (var i = 0; i < Features; i++)
        {
            var mean = sums[i] / Rows;
            (_means[i], _scales[i]) = ((float)mean, (float)Math.Sqrt((squares[i] / Rows) - (mean * mean)));
        }
    }

    private static async Task ReadNumbersAsync(ParquetRowGroupReader group, DataField field, Memory<float> target)
    {
        var values = new long?[target.Length];
        await group.ReadAsync<long>(field, values);
        for (var i = 0; i < values.Length; i++)
        {
            target.Span[i] = values[i]!.Value;
        }
    }

    /// <summary>Airports as numbers, in the order in which they come.</summary>
    private sealed class AirportColumn(int rows)
    {
        private readonly Dictionary<string, short> _known = [];
        private readonly short[] _airports = new short[rows];

        public async Task ReadAsync(ParquetRowGroupReader group, DataField field, int first)
        {
            var names = new string?[(int)group.RowCount];
            await group.ReadAsync(field, names.AsMemory()!);
            for (var i = 0; i < names.Length; i++)
            {
                if (!_known.TryGetValue(names[i]!, out var airport))
                {
                    _known.Add(names[i]!, airport = (short)_known.Count);
                }

                _airports[first + i] = airport;
            }
        }

        public float[] MeanOf(float[] delays)
        {
            var (sums, counts) = (new double[_known.Count], new int[_known.Count]);
            for (var row = 0; row < delays.Length; row++)
            {
                sums[_airports[row]] += delays[row];
                counts[_airports[row]]++;
            }

            return Array.ConvertAll(_airports, airport => (float)(sums[airport] / counts[airport]));
        }
    }
}
