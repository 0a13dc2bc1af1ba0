//! Keys and values of texts that were read before, in blocks of equal length that follow one another like a tree.
//! A new text that begins like an old one starts from them. Positions are computed independently of what follows
//! (see `forward`), so this changes no bit of an answer.

use std::collections::HashMap;

use super::forward::Cache;

/// Tokens of one block.
pub const BLOCK: usize = 32;

/// A block's place: the block before it (0 where it is the first), and its own tokens.
type Place = (u64, Box<[u32]>);

struct Block {
    id: u64,
    /// When it was last of use; a block is never older than those after it.
    used: u64,
    /// By lane: rows of `BLOCK` tokens.
    data: Vec<Box<[f32]>>,
}

/// What is kept, within `budget` bytes.
pub struct Prefixes {
    blocks: HashMap<Place, Block>,
    budget: usize,
    bytes: usize,
    clock: u64,
}

impl Prefixes {
    pub fn new(budget: usize) -> Self {
        Self { blocks: HashMap::new(), budget, bytes: 0, clock: 0 }
    }

    /// Memory held, in bytes.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Fills an empty cache with the longest known beginning of `tokens`, at most `tokens.len() - 1`, and gives its length.
    pub fn fill(&mut self, tokens: &[u32], cache: &mut Cache) -> usize {
        let (mut before, mut places) = (0, Vec::new());
        for tokens in tokens[..tokens.len().saturating_sub(1)].chunks_exact(BLOCK) {
            let place: Place = (before, tokens.into());
            let Some(block) = self.blocks.get(&place) else { break };
            cache.tokens.extend_from_slice(tokens);
            cache.lanes.iter_mut().zip(&block.data).for_each(|(lane, data)| lane.extend_from_slice(data));
            before = block.id;
            places.push(place);
        }
        self.touch(&places);
        cache.tokens.len()
    }

    /// Keeps the whole blocks of a cache, of the longest as many as fit.
    pub fn keep(&mut self, cache: &Cache) {
        let row: usize = cache.lanes.iter().map(|lane| size_of_val(lane.as_slice())).sum::<usize>() / cache.tokens.len().max(1);
        let fitting = self.budget / (row * BLOCK).max(1);
        let (mut before, mut places) = (0, Vec::new());
        for (at, tokens) in cache.tokens.chunks_exact(BLOCK).take(fitting).enumerate() {
            let place: Place = (before, tokens.into());
            before = match self.blocks.get(&place) {
                Some(block) => block.id,
                None => self.insert(place.clone(), cache, at),
            };
            places.push(place);
        }
        self.touch(&places);
        self.trim();
    }

    fn insert(&mut self, place: Place, cache: &Cache, at: usize) -> u64 {
        let cut = |lane: &Vec<f32>| {
            let rows = lane.len() / cache.tokens.len() * BLOCK;
            lane[at * rows..][..rows].into()
        };
        let data: Vec<Box<[f32]>> = cache.lanes.iter().map(cut).collect();
        self.bytes += size(&data);
        self.clock += 1;
        self.blocks.insert(place, Block { id: self.clock, used: self.clock, data });
        self.clock
    }

    /// The last first, so that the least used block is one that none follows.
    fn touch(&mut self, places: &[Place]) {
        for place in places.iter().rev() {
            self.clock += 1;
            if let Some(block) = self.blocks.get_mut(place) {
                block.used = self.clock;
            }
        }
    }

    fn trim(&mut self) {
        if self.bytes <= self.budget {
            return;
        }
        let mut ages: Vec<(u64, Place)> = self.blocks.iter().map(|(place, block)| (block.used, place.clone())).collect();
        ages.sort_unstable();
        for (_, place) in ages {
            if self.bytes <= self.budget {
                break;
            }
            self.bytes -= self.blocks.remove(&place).map_or(0, |block| size(&block.data));
        }
    }
}

fn size(data: &[Box<[f32]>]) -> usize {
    data.iter().map(|lane| size_of_val::<[f32]>(lane)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two lanes of width 1 that hold the token and its place.
    fn cache(tokens: &[u32]) -> Cache {
        let places = (0..tokens.len()).map(|place| place as f32).collect();
        Cache { tokens: tokens.to_vec(), lanes: vec![tokens.iter().map(|token| *token as f32).collect(), places] }
    }

    fn filled(prefixes: &mut Prefixes, tokens: &[u32]) -> usize {
        let mut empty = Cache { tokens: vec![], lanes: vec![vec![], vec![]] };
        let reused = prefixes.fill(tokens, &mut empty);
        assert_eq!(empty.lanes, cache(&tokens[..reused]).lanes);
        assert_eq!(empty.tokens, tokens[..reused]);
        reused
    }

    #[test]
    fn whole_blocks_of_a_common_beginning_are_reused_and_never_the_last_token() {
        let mut prefixes = Prefixes::new(1 << 20);
        let old: Vec<u32> = (0..100).collect();
        prefixes.keep(&cache(&old));
        for (common, expected) in [(0, 0), (31, 0), (32, 32), (63, 32), (64, 64), (100, 96)] {
            let new: Vec<u32> = old[..common].iter().copied().chain(500..600).collect();
            assert_eq!(filled(&mut prefixes, &new), expected, "{common}");
        }
        assert_eq!(filled(&mut prefixes, &old[..96]), 64);
        assert_eq!(filled(&mut prefixes, &[]), 0);
    }

    #[test]
    fn memory_is_bounded_and_the_least_used_goes_first() {
        let block = 2 * BLOCK * size_of::<f32>();
        let mut prefixes = Prefixes::new(4 * block);
        let (first, second): (Vec<u32>, Vec<u32>) = ((0..65).collect(), (1000..1065).collect());
        prefixes.keep(&cache(&first));
        prefixes.keep(&cache(&second));
        assert_eq!(filled(&mut prefixes, &first), 64);
        prefixes.keep(&cache(&(2000..2040).collect::<Vec<_>>()));
        assert_eq!(prefixes.bytes(), 4 * block);
        assert_eq!((filled(&mut prefixes, &first), filled(&mut prefixes, &second)), (64, 32));
    }
}
