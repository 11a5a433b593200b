FROM tensorflow/tensorflow:2.8.0-gpu-py3
RUN apt-get update && apt-get install -y libomp5
RUN pip install numpy pandas matplotlib seaborn scikit-learn
WORKDIR /workspace
ADD ./my_project /workspace
ENTRYPOINT ["python", "train_model.py"]
