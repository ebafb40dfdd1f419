import { rows } from './tier-rows.ts';

/** Checkpoints: what torch.load(weights_only=True) rebuilds, and the modules and optimisers of torch itself. */
export const ALLOWED_TORCH = [
  ...rows(
    'torch-weights-only',
    `
torch: Tensor Size device dtype layout Generator memory_format strided sparse_coo contiguous_format channels_last preserve_format
torch: float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool short int long
torch: complex32 complex64 complex128 quint8 qint8 qint32 quint4x2 per_tensor_affine per_channel_affine
torch: float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2
torch: DoubleStorage FloatStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage
torch: ComplexDoubleStorage ComplexFloatStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage UntypedStorage TypedStorage
torch: FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ShortTensor CharTensor ByteTensor BoolTensor BFloat16Tensor
torch.cuda: FloatStorage DoubleStorage HalfStorage LongStorage IntStorage ByteStorage BoolStorage BFloat16Storage FloatTensor HalfTensor
torch.storage: TypedStorage UntypedStorage _LegacyStorage _load_from_bytes
torch.nn.parameter: Parameter Buffer
torch.serialization: _get_layout
torch._tensor: Tensor _rebuild_from_type_v2 _rebuild_from_type
torch.tensor: _rebuild_from_type_v2
torch._utils: _rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state
torch._utils: _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_qtensor _rebuild_nested_tensor _rebuild_device_tensor_from_numpy
torch._utils: _rebuild_device_tensor_from_cpu_tensor _rebuild_meta_tensor_no_storage _rebuild_wrapper_subclass _rebuild_xla_tensor
torch.backends.cuda: BFloat16Storage
torch.jit._pickle: build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag
`,
  ),
  ...rows(
    'torch-nn',
    `
torch.nn.modules.activation: CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid
torch.nn.modules.activation: LogSoftmax Mish MultiheadAttention PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax
torch.nn.modules.activation: Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold
torch.nn.modules.adaptive: AdaptiveLogSoftmaxWithLoss
torch.nn.modules.batchnorm: BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d
torch.nn.modules.batchnorm: SyncBatchNorm
torch.nn.modules.channelshuffle: ChannelShuffle
torch.nn.modules.container: Container ModuleDict ModuleList ParameterDict ParameterList Sequential
torch.nn.modules.conv: Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d LazyConv2d
torch.nn.modules.conv: LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d
torch.nn.modules.distance: CosineSimilarity PairwiseDistance
torch.nn.modules.dropout: AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout
torch.nn.modules.flatten: Flatten Unflatten
torch.nn.modules.fold: Fold Unfold
torch.nn.modules.instancenorm: InstanceNorm1d InstanceNorm2d InstanceNorm3d LazyInstanceNorm1d LazyInstanceNorm2d
torch.nn.modules.instancenorm: LazyInstanceNorm3d
torch.nn.modules.linear: Bilinear Identity LazyLinear Linear
torch.nn.modules.loss: BCELoss BCEWithLogitsLoss CTCLoss CosineEmbeddingLoss CrossEntropyLoss GaussianNLLLoss
torch.nn.modules.loss: HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss MSELoss MarginRankingLoss
torch.nn.modules.loss: MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d
torch.nn.modules.loss: PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss
torch.nn.modules.module: Module
torch.nn.modules.normalization: CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm
torch.nn.modules.padding: ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d ReflectionPad2d
torch.nn.modules.padding: ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad2d
torch.nn.modules.pixelshuffle: PixelShuffle PixelUnshuffle
torch.nn.modules.pooling: AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d
torch.nn.modules.pooling: AdaptiveMaxPool2d AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d
torch.nn.modules.pooling: FractionalMaxPool3d LPPool1d LPPool2d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d
torch.nn.modules.pooling: MaxUnpool2d MaxUnpool3d
torch.nn.modules.rnn: GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase
torch.nn.modules.sparse: Embedding EmbeddingBag
torch.nn.modules.transformer: Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder
torch.nn.modules.transformer: TransformerEncoderLayer
torch.nn.modules.upsampling: Upsample UpsamplingBilinear2d UpsamplingNearest2d
torch.nn.parallel.data_parallel: DataParallel
torch.nn.parameter: Parameter UninitializedBuffer UninitializedParameter
torch.nn.modules.normalization: RMSNorm
torch.nn.modules.padding: CircularPad1d CircularPad2d CircularPad3d ZeroPad1d ZeroPad3d
torch.nn.modules.linear: NonDynamicallyQuantizableLinear
torch.nn.parallel.distributed: DistributedDataParallel
torch.nn.modules.activation: NonDynamicallyQuantizableLinear
torch.nn.backends.thnn: _get_thnn_function_backend
torch.nn.functional: relu gelu silu leaky_relu tanh sigmoid softmax log_softmax elu selu hardswish mish
`,
  ),
  ...rows(
    'torch-optim',
    `
torch.optim.adadelta: Adadelta
torch.optim.adagrad: Adagrad
torch.optim.adam: Adam
torch.optim.adamax: Adamax
torch.optim.adamw: AdamW
torch.optim.asgd: ASGD
torch.optim.lbfgs: LBFGS
torch.optim.lr_scheduler: ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR
torch.optim.lr_scheduler: ExponentialLR LambdaLR LinearLR MultiStepLR MultiplicativeLR OneCycleLR PolynomialLR
torch.optim.lr_scheduler: ReduceLROnPlateau SequentialLR StepLR _LRScheduler
torch.optim.nadam: NAdam
torch.optim.optimizer: Optimizer
torch.optim.radam: RAdam
torch.optim.rmsprop: RMSprop
torch.optim.rprop: Rprop
torch.optim.sgd: SGD
torch.optim.sparse_adam: SparseAdam
torch.optim.adafactor: Adafactor
torch.optim.swa_utils: AveragedModel SWALR
`,
  ),
];
