"""Words of the field, kept apart from the glossary: names in Keras, and entries of textbooks' indexes."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from mnist_demo.language import Language

# After the indexes of I. Goodfellow, Y. Bengio and A. Courville, "Deep Learning", of A. Zhang et al., "Dive into Deep
# Learning", and of the glossaries of scikit-learn and of Google's machine learning course.
ENGLISH = """
accuracy; activation; activation function; adam; ablation; anomaly detection; argmax; attention; attribution;
augmentation; autoencoder; average pooling; backpropagation; backward pass; bagging; baseline; batch;
batch normalization; batch normalisation; batch size; bayesian; bias; binary classification; boosting; bootstrap;
calibration; calibrated; categorical cross-entropy; channel; checkpoint; class; class imbalance; classification;
classify; classifier; clustering; confidence; confidence interval; confusion matrix; convergence; converge; convolution;
convolutional; convolutional network; cosine; cost function; covariance; cross-entropy; cross-validation; curve;
data augmentation; data set; dataset; decision boundary; deep learning; dense; depthwise; depthwise convolution;
diagonal; dilation; distillation; diverge; divergence; domain gap; domain shift; dropout; early stopping; eigenvector;
elastic; elu; embedding; ensemble; entropy; epoch; error rate; expected calibration error; explained variance;
exploding gradient; f1; f1 score; false negative; false positive; feature; feature map; fine-tune; fine-tuning; filter;
flatten; forward pass; fully connected; gelu; generalization; generalisation; generalize; generalise;
global average pooling; glorot; gradient; gradient descent; grid search; ground truth; harmonic mean; held out;
held back; hidden layer; hyperparameter; imbalance; inference; initialization; initialisation; initializer; interval;
kernel; kernel size; k-fold; l1; l2; label; labelled; latent; layer; leaky relu; learning curve; learning rate;
lecun normal; likelihood; linear; log scale; logarithmic; logit; loss; loss function; macro; macro average;
max pooling; mcnemar; mean; mean squared error; metric; micro average; minibatch; mini-batch; mixup; mnist; momentum;
multiply-adds; nan; neural network; neuron; nesterov; network; normalization; normalisation; null hypothesis; one cycle;
one-hot; optimizer; optimiser; outlier; out-of-distribution; overfit; overfitting; p-value; padding; parameter; patience;
pca; perceptron; pixel; pooling; precision; principal component; principal components; prior; probability;
probabilities; pruning; quantization; quantisation; random search; recall; receptive field; regression;
regularization; regularisation; reinforcement learning; relu; reliability diagram; residual; rmsprop; robustness; roc;
saliency; sample; sampling; schedule; score; seed; selu; sensitivity; sgd; shape; shear; sigmoid; significance;
significant; silu; skip connection; snapshot; softmax; sparse; specificity; split; spread; sprite; standard deviation;
standard error; standardisation; standardization; statistics; step; stochastic gradient descent; stride; supervised learning;
support; swish; tanh; temperature; tensor; test set; test split; training set; training split; transfer learning;
true class; true label; t-sne; tsne; underfit; underfitting; unit; unsupervised learning; validate; validation;
validation set; vanishing gradient; variance; variance scaling; vector; warm-up; warms up; weight; weight decay;
wilson; xavier; zero padding
"""

KOREAN = """
가중치; 감쇠; 강건성; 검정; 검증; 격자 탐색; 경사; 경사 하강법; 과대적합; 과적합; 과소적합; 교차 검증; 교차 엔트로피; 구간; 규제;
그래디언트; 기울기; 깊이별 합성곱; 네트워크; 뉴런; 다운샘플링; 데이터 증강; 도메인 차이; 드롭아웃; 딥러닝; 레이블; 레이어; 렐루;
로그 눈금; 로짓; 매개변수; 맥니마 검정; 모멘텀; 모수; 미세 조정; 미니배치; 밀집층; 발산; 배치; 배치 정규화; 범주형 교차 엔트로피;
벡터; 보정; 보폭; 분류; 분산; 분산 스케일링; 비용 함수; 서포트; 손실; 손실 함수; 수렴; 수용 영역; 수용장; 스냅샷; 스케줄;
스트라이드; 스프라이트; 시그모이드; 시드; 신경망; 신뢰 구간; 신뢰도; 실행; 실험; 앙상블; 양자화; 에포크; 에폭; 역전파; 예열; 오류율;
오차율; 옵티마이저; 완전 연결층; 온도; 원-핫; 웜업; 유닛; 유의; 은닉층; 인코딩; 임베딩; 재현율; 전이 학습; 전역 평균 풀링; 점수; 정규화;
정밀도; 정확도; 조기 종료; 조화 평균; 주성분; 지도 학습; 차원; 채널; 초기화; 초매개변수; 최대 풀링; 최적화; 커널; 클래스; 특성 맵;
특징 맵; 파라미터; 패딩; 편향; 평가 지표; 평균; 평균 풀링; 표본; 표준 편차; 표준화; 풀링; 프리셋; 픽셀; 필터; 하이퍼파라미터; 학습;
학습 곡선; 학습률; 합성곱; 합성곱 신경망; 혼동 행렬; 확률; 확신도; 활성화 함수; 훈련; argmax; CNN; Dense; Dropout; Flatten; L2;
ReLU; softmax; SGD; Adam; NaN
"""

# These names in Keras are ordinary words of a page too.
_ORDINARY = {"Add", "Average", "Layer", "Loss", "Metric", "Optimizer", "Initializer", "Sum", "Mean", "Wrapper", "get"}


def words(language: Language) -> set[str]:
    """Return the words of a language."""
    listed = {ENGLISH: Language.ENGLISH, KOREAN: Language.KOREAN}
    text = next(text for text, of in listed.items() if of is language)
    return {" ".join(word.split()) for word in text.split(";")}


def keras_names() -> set[str]:
    """Return the names of Keras' layers, activations, initializers, optimizers, losses and metrics."""
    rooms = ("layers", "activations", "initializers", "optimizers", "losses", "metrics")
    return {name for room in rooms for name in _names_in(room)} - _ORDINARY


def as_words(name: str) -> str:
    """Return a name as words: 'GlorotUniform' becomes 'glorot uniform'."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _names_in(room: str) -> Iterator[str]:
    # The file is read and not imported, because Keras takes seconds to import.
    spec = importlib.util.find_spec("keras")
    assert spec is not None
    assert spec.origin is not None
    for node in ast.parse((Path(spec.origin).parent / room / "__init__.py").read_text()).body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)
