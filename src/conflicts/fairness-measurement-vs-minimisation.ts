import { recordings } from '../facts/monitoring/recorded.ts';
import { bad, defineConflict, evidenceOf, good, raised, seen } from '../kit/index.ts';

const endpoint = (capture: boolean): string => `
  Resources:
    Config:
      Type: AWS::SageMaker::EndpointConfig
      Properties:
        ProductionVariants: [{ VariantName: all }]
        DataCaptureConfig:
          EnableCapture: ${capture}
          InitialSamplingPercentage: 100
          CaptureOptions: [{ CaptureMode: Input }, { CaptureMode: Output }]
`;

export default defineConflict({
  title: 'Measuring fairness against holding less about people',
  between: ['ml-engineer', 'security-auditor'],
  tradeOff: 'knowing how the model treats groups of people against keeping what tells the groups apart',
  resolution:
    'Keep the attribute out of the inputs; hold it in a restricted audit set, used for evaluation by group only, and keep it out of what serving records.',
  why: 'disparity cannot be measured without the attribute, and serving needs it for nothing',
  references: ['https://artificialintelligenceact.eu/article/10/', 'https://gdpr-info.eu/art-9-gdpr/'],
  examples: [
    bad({ 'deploy/template.yml': endpoint(true), 'conf/train.yaml': 'features: [income, gender, age]\n' }),
    good({ 'deploy/template.yml': endpoint(false), 'conf/train.yaml': 'features: [income, gender, age]\n' }),
    good({ 'deploy/template.yml': endpoint(true), 'conf/train.yaml': 'features: [income, tenure]\n' }),
  ],
  clash(scene) {
    const first = evidenceOf(
      raised(
        scene,
        'protected-attribute-added',
        'fairness-evaluation-not-evidenced',
        'fair-sensitive-feature-unmonitored',
      ),
    );
    const [recording] = recordings(scene.project);
    const logged = evidenceOf(raised(scene, 'inference-log-captures-pii'));
    const second =
      logged ??
      (recording === undefined ? undefined : ([seen(recording.document, recording.span, recording.says)] as const));
    if (first === undefined || second === undefined) return undefined;
    return {
      first: { says: 'The attribute is there, and only with it can the model be evaluated by group.', evidence: first },
      second: { says: 'Serving records its inputs, and with them the attribute of each person.', evidence: second },
      escalate: {
        question: 'In which jurisdiction is the model used, and on which legal basis is the attribute processed?',
        options: [
          'There is a basis for evaluation: move it to a restricted audit set',
          'There is none: drop the attribute and measure disparity on public or synthetic groups',
        ],
      },
    };
  },
});
