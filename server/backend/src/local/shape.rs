//! What a file says of its model's build: sizes, and in which ways its family departs from llama.
//! A family that is not listed here is refused by name: a near miss would answer nonsense.

use super::{gguf::Source, problem::Problem, rope::Rope};

/// The longest text that is read, in tokens, whatever the file allows: memory grows with every one.
pub const CONTEXT: usize = 8_192;

/// The families that are read.
pub const FAMILIES: [&str; 6] = ["llama", "qwen2", "qwen3", "phi3", "glm4", "gemma3"];

/// Sizes of a model, in numbers unless said otherwise.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Of a token's state.
    pub width: usize,
    pub layers: usize,
    pub heads: usize,
    /// Heads of keys and values; each serves `heads / kv_heads` queries.
    pub kv_heads: usize,
    /// Of one head.
    pub head: usize,
    /// Tokens of the longest text: the file's own number, or [`CONTEXT`] where that is less.
    pub context: usize,
    pub epsilon: f32,
    pub rope: Rope,
    /// What queries are multiplied by.
    pub query_scale: f32,
    /// What embeddings are multiplied by.
    pub embedding_scale: Option<f32>,
    /// Whether the gate is GELU, rather than SiLU.
    pub gelu: bool,
    pub window: Option<Window>,
}

/// Layers that see only the last tokens.
#[derive(Clone, Debug)]
pub struct Window {
    pub tokens: usize,
    /// Every so manieth layer sees all.
    pub period: usize,
    pub rope: Rope,
}

impl Window {
    pub fn is_on(&self, layer: usize) -> bool {
        !(layer + 1).is_multiple_of(self.period)
    }
}

impl Shape {
    /// # Errors
    /// Another family, or a build of it that is not read.
    pub fn read(source: &mut Source) -> Result<Self, Problem> {
        let family = check(source)?.to_owned();
        let size = |key: &str| source.size(&source.own(key)).ok_or_else(|| Problem::Broken(format!("it has no “{}”", source.own(key))));
        let (width, layers, heads) = (size("embedding_length")?, size("block_count")?, size("attention.head_count")?);
        let kv_heads = source.size(&source.own("attention.head_count_kv")).unwrap_or(heads);
        let head = size("attention.key_length").ok().or(width.checked_div(heads)).unwrap_or(0);
        let context = size("context_length")?.min(CONTEXT);
        let epsilon = source.own("attention.layer_norm_rms_epsilon");
        let epsilon = source.number(&epsilon).ok_or_else(|| Problem::Broken(format!("it has no “{epsilon}”")))?;
        let fits =
            head > 0 && head.is_multiple_of(32) && kv_heads > 0 && heads.is_multiple_of(kv_heads) && size("attention.value_length").unwrap_or(head) == head;
        if !fits {
            return Err(Problem::Architecture(format!("{family} with {heads} heads of {head} dimensions, {kv_heads} of keys")));
        }
        let rope = rope(source, &family, head, context)?;
        let gemma = family == "gemma3";
        // Gemma's 27B, the one of 62 layers, scales as if its heads shared the whole width.
        let scaled = if gemma && layers == 62 { width / heads } else { head };
        Ok(Self {
            width,
            layers,
            heads,
            kv_heads,
            head,
            context,
            epsilon,
            query_scale: 1.0 / (scaled as f32).sqrt(),
            embedding_scale: gemma.then(|| (width as f32).sqrt()),
            gelu: gemma,
            window: if gemma { window(source, &rope) } else { None },
            rope,
        })
    }
}

/// The family, where it is one that is read.
///
/// # Errors
/// It is another.
fn check(source: &Source) -> Result<&str, Problem> {
    let family = source.text("general.architecture").ok_or_else(|| Problem::Broken("it names no architecture".to_owned()))?;
    if !FAMILIES.contains(&family) {
        return Err(Problem::Architecture(family.to_owned()));
    }
    if source.size(&source.own("expert_count")).is_some_and(|experts| experts > 0) {
        return Err(Problem::Architecture(format!("{family} with experts")));
    }
    let counts = source.list(&source.own("attention.head_count_kv")).unwrap_or_default();
    if !counts.is_empty() {
        return Err(Problem::Architecture(format!("{family} with layers of different heads")));
    }
    Ok(family)
}

fn rope(source: &mut Source, family: &str, head: usize, context: usize) -> Result<Rope, Problem> {
    let kind = source.text(&source.own("rope.scaling.type")).unwrap_or("none").to_owned();
    if !matches!(kind.as_str(), "none" | "linear" | "longrope") {
        return Err(Problem::Architecture(format!("{family} with {kind} positions")));
    }
    let number = |key: &str| source.number(&source.own(key));
    let stretch = if kind == "linear" { number("rope.scaling.factor").unwrap_or(1.0) } else { 1.0 };
    let gain = number("rope.scaling.attn_factor").unwrap_or(1.0);
    let dimensions = source.size(&source.own("rope.dimension_count")).unwrap_or(head);
    let base = number("rope.freq_base").unwrap_or(10_000.0);
    let trained = source.size(&source.own("rope.scaling.original_context_length")).unwrap_or(usize::MAX);
    let slower = if context > trained { "rope_factors_long.weight" } else { "rope_factors_short.weight" };
    let slower = if source.has(slower) { slower } else { "rope_freqs.weight" };
    if dimensions > head || !dimensions.is_multiple_of(2) {
        return Err(Problem::Broken(format!("{dimensions} of {head} dimensions turn")));
    }
    Ok(Rope {
        base: base.into(),
        dimensions,
        halves: !matches!(family, "llama" | "glm4"),
        slower: source.vector(slower)?.unwrap_or_default(),
        stretch: stretch.into(),
        gain: gain.into(),
    })
}

/// Gemma's: five layers of six see a window, and turn faster.
fn window(source: &Source, rope: &Rope) -> Option<Window> {
    let tokens = source.size(&source.own("attention.sliding_window")).filter(|tokens| *tokens > 0)?;
    let base = source.number(&source.own("rope.freq_base_swa")).unwrap_or(10_000.0);
    let period = source.size(&source.own("attention.sliding_window_pattern")).unwrap_or(6).max(1);
    Some(Window { tokens, period, rope: Rope { base: base.into(), stretch: 1.0, ..rope.clone() } })
}
