//! Rules of the statistics, beside what an independent implementation gives.
