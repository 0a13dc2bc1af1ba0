use std::{fs, time::Duration};

use super::file::{HEAD, Segments, frames};
use crate::db::fresh::Folder;

fn read(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    frames(bytes, |frame| all.push(frame.to_vec()));
    all
}

#[test]
fn records_come_back_in_order_up_to_where_a_file_is_cut_or_broken() {
    let folder = Folder::new();
    let mut segments = Segments::new(folder.0.clone());
    let records: Vec<Vec<u8>> = (0..5_usize).map(|number| vec![b'a'; number * 100]).collect();
    let written: u64 = records.iter().map(|record| segments.append(record).unwrap()).sum();
    let (path, size) = segments.written().map(|(path, size)| (path.to_owned(), size)).unwrap();
    let whole = fs::read(&path).unwrap();
    assert_eq!((whole.len() as u64, size, read(&whole)), (written, written, records.clone()));
    // Cut anywhere: what is whole before it is read.
    for end in 0..whole.len() {
        let (mut at, mut count) = (0, 0);
        while count < 5 && at + HEAD + records[count].len() <= end {
            at += HEAD + records[count].len();
            count += 1;
        }
        assert_eq!(read(&whole[..end]).len(), count, "cut at {end}");
    }
    // A bit that fell over: the record is none, and what follows is not trusted.
    let mut broken = whole.clone();
    broken[HEAD + HEAD + 50] ^= 1;
    assert_eq!(read(&broken), records[..1]);
}

#[test]
fn a_file_is_closed_only_when_all_of_it_was_read() {
    let folder = Folder::new();
    let mut segments = Segments::new(folder.0.clone());
    segments.append(b"one").unwrap();
    let (path, size) = segments.written().map(|(path, size)| (path.to_owned(), size)).unwrap();
    segments.append(b"two").unwrap();
    assert!(!segments.close(&path, size, Duration::ZERO));
    let size = segments.written().unwrap().1;
    assert!(!segments.close(&path, size, Duration::from_secs(60)));
    assert!(segments.close(&path, size, Duration::ZERO) && segments.written().is_none());
    segments.append(b"three").unwrap();
    assert_ne!(segments.written().unwrap().0, path);
    assert_eq!(segments.all().len(), 2);
}
