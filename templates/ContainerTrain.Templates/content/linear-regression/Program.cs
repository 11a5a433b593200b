using ContainerTrain.Runtime;
using TorchSharp;

return TrainingProgram.Run(run =>
{
    // The knobs: <TrainHyperparameter> items in the csproj; these are the defaults.
    var knobs = run.Hyperparameters;
    var dataFile = knobs.Get("data", "");
    var target = knobs.Get("target", "mpg");
    var features = knobs.GetList("features");
    var epochs = knobs.Get("epochs", 5000, min: 1);
    var learningRate = knobs.Get("learning_rate", 0.1, above: 0);
    var batchSize = knobs.Get("batch_size", 0, min: 0);
    var validationShare = knobs.Get("validation_share", 0.2, min: 0, below: 1);
    var dtype = knobs.Get("dtype", "float64", "float64", "float32") == "float32" ? torch.float32 : torch.float64;
    if (features.Contains(target))
    {
        knobs.Reject("features", $"a list without the target, '{target}'");
    }

    knobs.ThrowIfInvalid();

    // The data: rows without missing values, some of them kept apart for validation.
    var csv = CsvFile.Open(run.DataFile(dataFile));
    features = features.Count > 0 ? features : csv.ColumnsExcept(target);
    var table = csv.ReadNumbers([target, .. features]);
    var (training, validation) = table.Split(validationShare, run.Seed);
    Console.WriteLine($"{Path.GetFileName(csv.FilePath)}: {training.RowCount} rows for training, {validation.RowCount} for validation, {table.DroppedRows} without a value dropped");

    // Gradient descent wants columns of one size; the training rows alone say which.
    var xScale = Standardizer.Fit(training.Select(features));
    var yScale = Standardizer.Fit(training.Select(target));
    using var scope = torch.NewDisposeScope();
    var (x, y) = Tensors(training);
    var (xValidation, yValidation) = Tensors(validation);

    using var batches = new TensorBatches(x, y, batchSize);
    using var model = new LinearRegression(features.Count, dtype, run.Device);
    var guard = new DivergenceGuard(learningRate, x);
    var ownUnits = yScale.Scales[0] * yScale.Scales[0];
    var epoch = 0;
    while (epoch < epochs && !run.StopRequested.IsCancellationRequested)
    {
        epoch++;
        var trainMse = model.TrainEpoch(batches, learningRate).MeanSquaredError * ownUnits;
        var validationMse = model.MeanSquaredError(xValidation, yValidation) * ownUnits;
        run.Metrics.Log(epoch, ("train_mse", trainMse), ("val_mse", validation.RowCount > 0 ? validationMse : null));
        guard.Check(epoch, trainMse);

        if (epoch == 1 || epoch == epochs || epoch % Math.Max(1, epochs / 20) == 0)
        {
            Console.WriteLine($"epoch {epoch,6}/{epochs}   train MSE {trainMse,-12:G8} validation MSE {validationMse:G8}");
        }
    }

    if (epoch < epochs)
    {
        Console.WriteLine($"Stop requested: saving the model after epoch {epoch} of {epochs}.");
    }

    var result = new Result(
        model.Equation(target, features).InOwnUnits(xScale, yScale),
        LeastSquares.Fit(training, target, features),
        training, validation, xScale, yScale);
    result.Print();
    result.Save(run, epoch, dtype);

    (torch.Tensor X, torch.Tensor Y) Tensors(NumericTable rows) => (
        xScale.Transform(rows.Select(features)).ToTensor(dtype, run.Device),
        yScale.Transform(rows.Select(target)).ToTensor(dtype, run.Device).squeeze(1));
});
