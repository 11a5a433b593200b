using ContainerTrain.Plan;
using CsCheck;

namespace ContainerTrain.Tests;

public sealed class ASize
{
    [Theory]
    [InlineData("1", 1)]
    [InlineData("512m", 512L << 20)]
    [InlineData("512M", 512L << 20)]
    [InlineData("2g", 2L << 30)]
    [InlineData("2GB", 2L << 30)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData(" 64 k ", 64L << 10)]
    [InlineData("1t", 1L << 40)]
    [InlineData("100b", 100)]
    public void IsInPowersOf1024(string text, long bytes)
    {
        Assert.True(Units.TryParseBytes(text, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0.5")]
    [InlineData("-1g")]
    [InlineData("+1g")]
    [InlineData("1e3")]
    [InlineData("1,5g")]
    [InlineData("1 000")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("g")]
    [InlineData("1x")]
    [InlineData("1gg")]
    [InlineData("99999999999t")]
    [InlineData("١g")]
    public void ThatIsNoneIsRefused(string text) => Assert.False(Units.TryParseBytes(text, out _));

    [Fact]
    public void OfAnyWholeNumberIsRead() =>
        Gen.Long[1, 1L << 40].Sample(bytes => Units.TryParseBytes(bytes.ToString(System.Globalization.CultureInfo.InvariantCulture), out var read) && read == bytes);

    [Fact]
    public void NeverThrows() => Gen.String.Sample(text => !Units.TryParseBytes(text, out var bytes) || bytes > 0);

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(4_200_000, "4.2 MB")]
    [InlineData(1_060_000_000, "1.1 GB")]
    public void IsShownInPowersOf1000(long bytes, string shown) => Assert.Equal(shown, Units.Show(bytes));
}

public sealed class ADuration
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("1.5", 1.5)]
    [InlineData("45s", 45)]
    [InlineData("500ms", 0.5)]
    [InlineData("2m", 120)]
    [InlineData("2min", 120)]
    [InlineData("1h30m", 5_400)]
    [InlineData("1h 30m 5s", 5_405)]
    [InlineData("2d", 172_800)]
    [InlineData("1d1h1m1s1ms", 90_061.001)]
    [InlineData(" 2M ", 120)]
    public void IsSecondsOrPartsWithUnits(string text, double seconds)
    {
        Assert.True(Units.TryParseDuration(text, out var parsed));
        Assert.Equal(TimeSpan.FromSeconds(seconds), parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("0")]
    [InlineData("0s")]
    [InlineData("-5")]
    [InlineData("-5s")]
    [InlineData("1h-30m")]
    [InlineData("30m1h")]
    [InlineData("1x")]
    [InlineData("h")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("00:02:00")]
    [InlineData("366d")]
    [InlineData("1h٣m")]
    public void ThatIsNoneIsRefused(string text) => Assert.False(Units.TryParseDuration(text, out _));

    [Fact]
    public void WithAPartBeyondAllNumbersIsRefused() =>
        Assert.False(Units.TryParseDuration(new string('9', 400) + "d1h", out _));

    [Fact]
    public void IsTheSumOfItsParts() => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 23], Gen.Int[0, 59], Gen.Int[1, 59]).Sample((days, hours, minutes, seconds) =>
        Units.TryParseDuration($"{days}d{hours}h{minutes}m{seconds}s", out var read) && read == new TimeSpan(days, hours, minutes, seconds));

    [Fact]
    public void NeverThrows() => Gen.String.Sample(text => !Units.TryParseDuration(text, out var duration) || duration > TimeSpan.Zero);

    [Theory]
    [InlineData(0.85, "850 ms")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(245, "4 min 5 s")]
    [InlineData(7_380, "2 h 3 min")]
    [InlineData(180_000, "50 h 0 min")]
    public void IsShownForPeople(double seconds, string shown) => Assert.Equal(shown, Units.Show(TimeSpan.FromSeconds(seconds)));
}

public sealed class ANumberOfProcessors
{
    [Theory]
    [InlineData("2", 2_000_000_000)]
    [InlineData("1.5", 1_500_000_000)]
    [InlineData(" .5 ", 500_000_000)]
    [InlineData("0.57", 570_000_000)]
    public void IsInBillionths(string text, long nanoCpus)
    {
        Assert.True(Units.TryParseNanoCpus(text, out var parsed));
        Assert.Equal(nanoCpus, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e1")]
    [InlineData("1,5")]
    [InlineData("two")]
    [InlineData("100001")]
    public void ThatIsNoneIsRefused(string text) => Assert.False(Units.TryParseNanoCpus(text, out _));

    [Fact]
    public void InHundredthsIsExact()
    {
        for (var hundredths = 1; hundredths <= 6_400; hundredths++)
        {
            Assert.True(Units.TryParseNanoCpus(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{hundredths / 100}.{hundredths % 100:00}"), out var read));
            Assert.Equal(hundredths * 10_000_000L, read);
        }
    }
}
