namespace ContainerTrain.Runtime.Tests;

/// <summary>Exceptions that nobody foresaw, in the words of the build.</summary>
public sealed class WhatNobodyForesaw
{
    [Fact]
    public void OfAnyKindIsCT4029WithItsTypeAndMessage() =>
        Assert.Equal(("CT4029", "System.InvalidOperationException: no elements"), Of(new InvalidOperationException("no elements")));

    [Fact]
    public void ThatAMissingLibraryCausedIsCT4027WithTheLibrary() => Assert.Equal(
        ("CT4027", "System.DllNotFoundException: no libfoo.so"),
        Of(new TypeInitializationException("torch", new DllNotFoundException("no libfoo.so"))));

    [Theory]
    [InlineData("CUDA error: unspecified launch failure", "CT4028")]
    [InlineData("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", "CT4028")]
    [InlineData("CUDA error: out of memory", "CT4029")]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB", "CT4029")]
    public void OfADeviceIsCT4028UnlessItHadNoMemoryLeft(string message, string code) =>
        Assert.Equal(code, Of(new InvalidOperationException(message)).Code);

    private static (string Code, string Message) Of(Exception exception)
    {
        var problem = ExceptionProblem.Of(exception);
        return (problem.Code, problem.Message);
    }
}
