import type { Written } from './written.ts'

interface ModelInput extends Written {
  /** The words that are shown, or why the author's are. */
  expect: 'words' | RegExp
  /** Valid tool calls, and the mistakes of the others. */
  calls?: (null | RegExp)[]
}

const github = (path: string) => `https://github.com/${path}`
const asText = 'told that the server does not read its calls'

/** Answers of model servers, from reports of empty or incomplete ones. */
export const modelInputs: readonly ModelInput[] = [
  {
    file: 'only-reasoning-of-ollama.http',
    source: github('ollama/ollama/issues/15288'),
    outcome: 'told: only reasoning',
    expect: /^only reasoning and no answer$/,
  },
  {
    file: 'thoughts-until-the-length-is-used-up.http',
    source: github('nashsu/llm_wiki/pull/348'),
    outcome: 'told: only reasoning, until the length limit',
    expect: /^only reasoning and no answer, until the length limit$/,
  },
  {
    file: 'error-beside-empty-choices.http',
    source: github('diegosouzapw/OmniRoute/pull/8210'),
    outcome: 'told in the provider’s words',
    expect: /^Worker local total request limit reached \(33\/32\)$/,
  },
  {
    file: 'error-beside-no-choices.http',
    source: github('NousResearch/hermes-agent/issues/65631'),
    outcome: 'told in the provider’s words',
    expect: /the prompt has 32927 tokens, and the context 32768/,
  },
  {
    file: 'nothing-but-the-end.http',
    source: github('NousResearch/hermes-agent/issues/65631'),
    outcome: 'told: an empty answer',
    expect: /^an empty answer$/,
  },
  {
    file: 'comments-while-it-waits.http',
    source: github('openai/openai-go/issues/227'),
    outcome: 'its words',
    expect: 'words',
  },
  {
    file: 'comments-as-data.http',
    source: github('mnfst/llm-gateway/issues/2053'),
    outcome: 'told what cannot be read',
    expect: /: OPENROUTER PROCESSING/,
  },
  {
    file: 'usage-alone-at-the-end.http',
    source: github('ggml-org/llama.cpp/issues/16048'),
    outcome: 'its words',
    expect: 'words',
  },
  {
    file: 'no-content-at-first-and-no-line-after-the-end.http',
    source: github('darshi1337/apogee/pull/139'),
    outcome: 'its words',
    expect: 'words',
  },
  {
    file: 'empty-list-of-calls.http',
    source: github('lmstudio-ai/lmstudio-bug-tracker/issues/1318'),
    outcome: 'its words',
    expect: 'words',
  },
  {
    file: 'call-of-a-tool-as-text-of-qwen.http',
    source: github('lmstudio-ai/lmstudio-bug-tracker/issues/2115'),
    outcome: asText,
    expect: /^it wrote a call of a tool as text, .*: <tool_call> <function=get_progress> /,
  },
  {
    file: 'call-of-a-tool-as-text-of-lfm.http',
    source: github('lmstudio-ai/lmstudio-bug-tracker/issues/1979'),
    outcome: asText,
    expect: /^it wrote a call of a tool as text, .*: <\|tool_call_start\|>\[encourage/,
  },
  {
    file: 'last-brace-of-the-arguments-dropped.http',
    source: github('vllm-project/vllm/issues/32152'),
    outcome: 'told: broken JSON, with its start',
    expect: /encourage: its arguments are not valid JSON: \{"text": "That was well done\."$/,
    calls: Array.from({ length: 4 }, () => /^encourage: its arguments are not valid JSON/),
  },
  {
    file: 'call-of-a-tool-without-an-index.http',
    source: github('ollama/ollama/issues/7881'),
    outcome: 'the call is made; told that nothing was said',
    expect: /^it used tools and said nothing$/,
    calls: [null],
  },
  {
    file: 'provider-gone-in-the-middle.http',
    source: github('damianvtran/local-operator/pull/223'),
    outcome: 'told in the provider’s words',
    expect: /^Provider disconnected$/,
  },
  {
    file: 'cut-in-a-sentence.http',
    source: github('openai/openai-python/issues/2065'),
    outcome: 'told: the connection ended',
    expect: /terminated|breaks off/,
  },
  {
    file: 'too-many-requests.http',
    source: github('agentjido/req_llm/issues/522'),
    outcome: 'told for how long it asks to wait, and left alone for as long',
    expect: /^HTTP 429: Rate limit reached for requests \(asks to wait for 20 s\)$/,
  },
]
