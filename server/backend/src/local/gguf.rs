//! Reads GGUF files: what is said of the model, and its tensors one by one.
//! The header is read here and not by candle, which gives up on the first tensor of a format that it does not know, before one
//! has seen whose file it is.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufReader, Read},
    path::Path,
};

use candle_core::{
    Device, Shape,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{TensorInfo, Value},
    },
};

use super::problem::Problem;

/// Where tensors begin, unless the file says otherwise.
const ALIGNMENT: usize = 32;
/// Arrays within arrays that are followed; there is no use for more.
const DEPTH: usize = 4;

/// An open file whose header is read.
pub struct Source {
    metadata: HashMap<String, Value>,
    tensors: HashMap<String, Tensor>,
    /// Where the tensors begin.
    data: u64,
    /// Of the whole file.
    pub bytes: u64,
    file: BufReader<File>,
}

struct Tensor {
    format: u32,
    /// Rows before columns.
    shape: Vec<usize>,
    /// From where the tensors begin.
    offset: u64,
}

impl Source {
    /// # Errors
    /// No file, not GGUF, or cut short.
    pub fn open(path: &Path) -> Result<Self, Problem> {
        let file = File::open(path).map_err(Problem::Missing)?;
        let bytes = file.metadata().map_err(Problem::Missing)?.len();
        let mut reader = Reader { file: BufReader::with_capacity(1 << 20, file), at: 0, bytes };
        if bytes < 8 || reader.take::<4>()? != *b"GGUF" {
            return Err(Problem::Foreign);
        }
        let version = reader.u32()?;
        if !(2..=3).contains(&version) {
            return Err(Problem::Broken(format!("version {version} of GGUF; 2 and 3 are read")));
        }
        let (tensors, entries) = (reader.u64()?, reader.u64()?);
        let metadata = (0..entries).map(|_| reader.entry()).collect::<Result<HashMap<_, _>, _>>()?;
        let tensors = (0..tensors).map(|_| reader.tensor()).collect::<Result<HashMap<_, _>, _>>()?;
        let mut source = Self { metadata, tensors, data: 0, bytes, file: reader.file };
        let alignment = source.size("general.alignment").unwrap_or(ALIGNMENT).max(1) as u64;
        source.data = reader.at.next_multiple_of(alignment);
        if source.tensors.values().any(|tensor| source.ends(tensor) > bytes) { Err(Problem::CutShort) } else { Ok(source) }
    }

    /// The first byte after a tensor, as far as its format is known.
    fn ends(&self, tensor: &Tensor) -> u64 {
        let weights = tensor.shape.iter().fold(1u64, |product, size| product.saturating_mul(*size as u64));
        let length = known(tensor.format).map_or(0, |format| (weights / format.block_size() as u64).saturating_mul(format.type_size() as u64));
        self.data.saturating_add(tensor.offset).saturating_add(length)
    }

    pub fn value(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key)
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.to_string().ok().map(String::as_str)
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.value(key)?.to_bool().ok()
    }

    /// A whole number of any width.
    pub fn size(&self, key: &str) -> Option<usize> {
        self.value(key).and_then(whole)
    }

    pub fn number(&self, key: &str) -> Option<f32> {
        match self.value(key)? {
            Value::F32(number) => Some(*number),
            Value::F64(number) => Some(*number as f32),
            other => whole(other).map(|number| number as f32),
        }
    }

    pub fn list(&self, key: &str) -> Option<&[Value]> {
        self.value(key)?.to_vec().ok().map(Vec::as_slice)
    }

    /// The key with the architecture before it, as most are.
    pub fn own(&self, key: &str) -> String {
        format!("{}.{key}", self.text("general.architecture").unwrap_or_default())
    }

    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Formats of weights with how many have each, the most first.
    pub fn formats(&self) -> Vec<(u32, u64)> {
        let mut formats: HashMap<u32, u64> = HashMap::new();
        for tensor in self.tensors.values() {
            *formats.entry(tensor.format).or_default() += tensor.shape.iter().product::<usize>() as u64;
        }
        let mut formats: Vec<_> = formats.into_iter().collect();
        formats.sort_by_key(|(format, weights)| (std::cmp::Reverse(*weights), *format));
        formats
    }

    /// # Errors
    /// There is none of that name, its format is not read, or the file is broken.
    pub fn tensor(&mut self, name: &str) -> Result<QTensor, Problem> {
        let tensor = self.tensors.get(name).ok_or_else(|| Problem::Broken(format!("it has no tensor “{name}”")))?;
        let ggml_dtype = known(tensor.format).ok_or_else(|| Problem::Format(format_name(tensor.format)))?;
        let info = TensorInfo { ggml_dtype, shape: Shape::from(tensor.shape.as_slice()), offset: tensor.offset };
        Ok(info.read(&mut self.file, self.data, &Device::Cpu)?)
    }

    /// All numbers of a tensor that is not large, such as a norm's; `None` where there is none.
    ///
    /// # Errors
    /// Those of [`Self::tensor`].
    pub fn vector(&mut self, name: &str) -> Result<Option<Vec<f32>>, Problem> {
        if !self.has(name) {
            return Ok(None);
        }
        Ok(Some(self.tensor(name)?.dequantize(&Device::Cpu)?.flatten_all()?.to_vec1()?))
    }
}

fn whole(value: &Value) -> Option<usize> {
    match value {
        Value::I8(number) => usize::try_from(*number).ok(),
        Value::I16(number) => usize::try_from(*number).ok(),
        Value::I32(number) => usize::try_from(*number).ok(),
        Value::I64(number) => usize::try_from(*number).ok(),
        other => other.to_u64().ok().and_then(|number| usize::try_from(number).ok()),
    }
}

/// ggml's numbers and names of formats, and candle's where it reads them.
const FORMATS: &[(u32, &str, Option<GgmlDType>)] = &[
    (0, "F32", Some(GgmlDType::F32)),
    (1, "F16", Some(GgmlDType::F16)),
    (2, "Q4_0", Some(GgmlDType::Q4_0)),
    (3, "Q4_1", Some(GgmlDType::Q4_1)),
    (6, "Q5_0", Some(GgmlDType::Q5_0)),
    (7, "Q5_1", Some(GgmlDType::Q5_1)),
    (8, "Q8_0", Some(GgmlDType::Q8_0)),
    (10, "Q2_K", Some(GgmlDType::Q2K)),
    (11, "Q3_K", Some(GgmlDType::Q3K)),
    (12, "Q4_K", Some(GgmlDType::Q4K)),
    (13, "Q5_K", Some(GgmlDType::Q5K)),
    (14, "Q6_K", Some(GgmlDType::Q6K)),
    (16, "IQ2_XXS", None),
    (17, "IQ2_XS", None),
    (18, "IQ3_XXS", None),
    (19, "IQ1_S", None),
    (20, "IQ4_NL", None),
    (21, "IQ3_S", None),
    (22, "IQ2_S", None),
    (23, "IQ4_XS", None),
    (29, "IQ1_M", None),
    (30, "BF16", Some(GgmlDType::BF16)),
    (34, "TQ1_0", None),
    (35, "TQ2_0", None),
    (39, "MXFP4", None),
];

pub fn known(format: u32) -> Option<GgmlDType> {
    FORMATS.iter().find(|known| known.0 == format)?.2
}

pub fn format_name(format: u32) -> String {
    FORMATS.iter().find(|known| known.0 == format).map_or_else(|| format!("format {format}"), |known| known.1.to_owned())
}

struct Reader {
    file: BufReader<File>,
    at: u64,
    bytes: u64,
}

impl Reader {
    /// Whether so many bytes are left; asked before memory is taken for them.
    fn check(&self, bytes: u64) -> Result<(), Problem> {
        if bytes > self.bytes - self.at { Err(Problem::CutShort) } else { Ok(()) }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        self.check(N as u64)?;
        self.file.read_exact(&mut bytes).map_err(Problem::Missing)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32, Problem> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Problem> {
        self.take().map(u64::from_le_bytes)
    }

    fn text(&mut self) -> Result<String, Problem> {
        let length = self.u64()?;
        self.check(length)?;
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file.read_exact(&mut bytes).map_err(Problem::Missing)?;
        self.at += length;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn entry(&mut self) -> Result<(String, Value), Problem> {
        let (key, kind) = (self.text()?, self.u32()?);
        Ok((key, self.value(kind, DEPTH)?))
    }

    fn value(&mut self, kind: u32, depth: usize) -> Result<Value, Problem> {
        Ok(match kind {
            0 => Value::U8(u8::from_le_bytes(self.take()?)),
            1 => Value::I8(i8::from_le_bytes(self.take()?)),
            2 => Value::U16(u16::from_le_bytes(self.take()?)),
            3 => Value::I16(i16::from_le_bytes(self.take()?)),
            4 => Value::U32(self.u32()?),
            5 => Value::I32(i32::from_le_bytes(self.take()?)),
            6 => Value::F32(f32::from_le_bytes(self.take()?)),
            7 => Value::Bool(self.take::<1>()? != [0]),
            8 => Value::String(self.text()?),
            9 if depth > 0 => {
                let (kind, length) = (self.u32()?, self.u64()?);
                // Every value takes a byte at least.
                self.check(length)?;
                Value::Array((0..length).map(|_| self.value(kind, depth - 1)).collect::<Result<_, _>>()?)
            }
            10 => Value::U64(self.u64()?),
            11 => Value::I64(i64::from_le_bytes(self.take()?)),
            12 => Value::F64(f64::from_le_bytes(self.take()?)),
            other => return Err(Problem::Broken(format!("a value of kind {other}"))),
        })
    }

    fn tensor(&mut self) -> Result<(String, Tensor), Problem> {
        let (name, dimensions) = (self.text()?, self.u32()?);
        if dimensions > 4 {
            return Err(Problem::Broken(format!("“{name}” has {dimensions} dimensions")));
        }
        let size = |size: u64| usize::try_from(size).map_err(|_| Problem::Broken(format!("“{name}” is too large")));
        let mut shape = (0..dimensions).map(|_| self.u64().and_then(size)).collect::<Result<Vec<_>, _>>()?;
        shape.reverse();
        let tensor = Tensor { shape, format: self.u32()?, offset: self.u64()? };
        Ok((name, tensor))
    }
}
