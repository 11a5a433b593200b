using ContainerTrain.Runtime;
using TorchSharp;

return TrainingProgram.Run(run =>
{
    var knobs = run.Hyperparameters.Bind<Knobs>();
    if (knobs.Features.Contains(knobs.Target))
    {
        run.Hyperparameters.Reject("features", $"a list without the target, '{knobs.Target}'");
        run.Hyperparameters.ThrowIfInvalid();
    }

    // The data: rows without missing values, some of them kept apart for validation.
    var csv = CsvFile.Open(run.DataFile(knobs.Data));
    var features = knobs.Features.Count > 0 ? knobs.Features : csv.ColumnsExcept(knobs.Target);
    var table = csv.ReadNumbers([knobs.Target, .. features]);
    var (training, validation) = table.Split(knobs.ValidationShare, run.Seed);
    Console.WriteLine($"{Path.GetFileName(csv.FilePath)}: {training.RowCount} rows for training, {validation.RowCount} for validation, {table.DroppedRows} without a value dropped");

    foreach (var warning in FeatureChecks.Check(training, features, knobs.Intercept, csv.FilePath))
    {
        run.Warn(warning);
    }

    // Gradient descent wants columns of one size; the training rows alone say which.
    var xScale = Standardizer.Fit(training.Select(features), center: knobs.Intercept);
    var yScale = Standardizer.Fit(training.Select(knobs.Target), center: knobs.Intercept);
    using var scope = torch.NewDisposeScope();
    var (x, y) = Tensors(training);
    var (xValidation, yValidation) = Tensors(validation);

    using var batches = new TensorBatches(x, y, knobs.BatchSize);
    using var model = new LinearRegression(features.Count, knobs.Intercept, knobs.Dtype, run.Device);
    var curvature = Curvature.Of(x, knobs.Intercept);
    var learningRate = knobs.LearningRate.For(curvature, batches);
    var guard = new DivergenceGuard(learningRate, curvature);
    var ownUnits = yScale.Scales[0] * yScale.Scales[0];
    run.Checkpoints.Track("model", model.Parameters);
    foreach (var epoch in run.Epochs(knobs.Epochs))
    {
        var error = model.TrainEpoch(batches, learningRate);
        var trainMse = error.MeanSquaredError * ownUnits;
        var validationMse = model.MeanSquaredError(xValidation, yValidation) * ownUnits;
        guard.Check(epoch.Number, trainMse);
        run.Log(epoch.Number, ("train_mse", trainMse), ("val_mse", validation.RowCount > 0 ? validationMse : null));
        if (error.Slope < knobs.Tolerance)
        {
            run.EndTraining($"Converged: no element of the gradient is above {knobs.Tolerance} in epoch {epoch.Number}.");
        }
    }

    if (run.WasStopped)
    {
        Console.WriteLine($"Stop requested: saving the model after epoch {run.EpochsDone} of {knobs.Epochs}.");
    }

    var result = new Result(
        model.Equation(knobs.Target, features).InOwnUnits(xScale, yScale),
        LeastSquares.Fit(training, knobs.Target, features, knobs.Intercept),
        training, validation);
    result.Print();
    if (result.Note(curvature, learningRate) is { } note)
    {
        Console.WriteLine(note);
        run.Report.AddNote(note);
    }

    result.AddTo(run.Report);
    result.Save(run, xScale, yScale, run.EpochsDone, learningRate, knobs.Dtype);

    (torch.Tensor X, torch.Tensor Y) Tensors(NumericTable rows) => (
        xScale.ToTensor(rows, knobs.Dtype, run.Device),
        yScale.ToTensor(rows, knobs.Dtype, run.Device).squeeze(1));
});
