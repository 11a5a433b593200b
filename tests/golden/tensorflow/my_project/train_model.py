import tensorflow

print(tensorflow.version.VERSION)
