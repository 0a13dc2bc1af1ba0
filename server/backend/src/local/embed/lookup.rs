//! A static model: one vector a token, and a text is their mean, turned to unit length.

use candle_core::{Result, bail};

use super::{source::Source, thread::Model};

pub struct Lookup {
    rows: Vec<f32>,
    dims: usize,
}

impl Lookup {
    /// # Errors
    /// Weights of another shape.
    pub fn read(source: &Source, dims: usize) -> Result<Self> {
        let (tokens, width) = source.tensor("embeddings")?.dims2()?;
        if width != dims {
            bail!("vectors of {width} numbers where {dims} are expected");
        }
        Ok(Self { rows: source.numbers("embeddings", &[tokens, dims])?, dims })
    }
}

impl Model for Lookup {
    fn embed(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        let mean = |ids: &Vec<u32>| {
            let mut sum = vec![0.0; self.dims];
            for id in ids {
                let row = self.rows.chunks_exact(self.dims).nth(*id as usize).unwrap_or_default();
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
            }
            to_unit(&mut sum);
            sum
        };
        texts.iter().map(mean).collect()
    }

    fn bytes(&self) -> usize {
        size_of_val(self.rows.as_slice())
    }
}

/// Scales to length 1; zeros stay.
pub fn to_unit(vector: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
}
