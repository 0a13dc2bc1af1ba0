//! Small dense symmetric matrices: as many rows as contestants.

use std::ops::{Index, IndexMut};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Square {
    pub size: usize,
    cells: Vec<f64>,
}

impl Index<(usize, usize)> for Square {
    type Output = f64;
    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.cells[row * self.size + column]
    }
}

impl IndexMut<(usize, usize)> for Square {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.cells[row * self.size + column]
    }
}

impl Square {
    pub fn zero(size: usize) -> Self {
        Self { size, cells: vec![0.0; size * size] }
    }

    pub fn row(&self, row: usize) -> &[f64] {
        &self.cells[row * self.size..(row + 1) * self.size]
    }

    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.size).map(|row| dot(self.row(row), vector)).collect()
    }

    /// Of a symmetric, positive definite matrix, by Cholesky's `A = L·Lᵀ` and columns of `L⁻ᵀ·L⁻¹`.
    pub fn inverse(&self) -> Self {
        let factor = self.factor();
        let mut inverse = Self::zero(self.size);
        for column in 0..self.size {
            let mut unit = vec![0.0; self.size];
            unit[column] = 1.0;
            factor.solve(&mut unit);
            unit.iter().enumerate().for_each(|(row, value)| inverse[(row, column)] = *value);
        }
        inverse
    }

    fn factor(&self) -> Self {
        let mut lower = Self::zero(self.size);
        for row in 0..self.size {
            for column in 0..=row {
                let rest = self[(row, column)] - dot(&lower.row(row)[..column], &lower.row(column)[..column]);
                lower[(row, column)] = if row == column { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / lower[(column, column)] };
            }
        }
        lower
    }

    /// With this as `L`: the `x` of `L·Lᵀ·x = b`, in the place of `b`.
    fn solve(&self, b: &mut [f64]) {
        for row in 0..self.size {
            b[row] = (b[row] - dot(&self.row(row)[..row], &b[..row])) / self[(row, row)];
        }
        for row in (0..self.size).rev() {
            let known: f64 = (row + 1..self.size).map(|below| self[(below, row)] * b[below]).sum();
            b[row] = (b[row] - known) / self[(row, row)];
        }
    }

    /// `self · middle · self`, all symmetric.
    pub fn around(&self, middle: &Self) -> Self {
        let mut product = Self::zero(self.size);
        for row in 0..self.size {
            let left = middle.times(self.row(row));
            (0..self.size).for_each(|column| product[(row, column)] = dot(&left, self.row(column)));
        }
        product
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}
