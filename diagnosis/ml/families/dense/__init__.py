"""The Keras side: layers, graphs and the training of networks. Importing it loads TensorFlow."""
