//! Scores that later records repeat, in a form that keeps every bit.
//!
//! In and out: [`Scored`], as a value and as text. Read next: `stores.rs`.

use lnn_runlog::Scores;
use serde::{Deserialize, Serialize};

/// Scores over both splits at some step: what later records repeat until the next are due.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scored {
    /// The step.
    pub step: u64,
    /// Over the training split.
    pub train: Scores,
    /// Over the dev split.
    pub dev: Option<Scores>,
}

/// As text that keeps every bit, of NaN too: the step, then both splits' numbers in hexadecimal.
impl From<Scored> for String {
    fn from(scored: Scored) -> Self {
        let number =
            |number: Option<f64>| number.map_or("-".into(), |number| format!("{:016x}", number.to_bits()));
        let split = |scores: Option<Scores>| {
            let Some(Scores { cost, accuracy, r2, rmse }) = scores else { return "-".to_owned() };
            [Some(cost), accuracy, r2, rmse].map(number).join(" ")
        };
        format!("{} {} {}", scored.step, split(Some(scored.train)), split(scored.dev))
    }
}

impl TryFrom<String> for Scored {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("«{text}» are no scores");
        let mut words = text.split(' ');
        let step = words.next().and_then(|step| step.parse().ok()).ok_or_else(wrong)?;
        let numbers: Vec<Option<f64>> =
            words.map(|word| u64::from_str_radix(word, 16).ok().map(f64::from_bits)).collect();
        let split = |numbers: &[Option<f64>]| match *numbers {
            [Some(cost), accuracy, r2, rmse] => Some(Scores { cost, accuracy, r2, rmse }),
            _ => None,
        };
        let (train, dev) = numbers.split_at_checked(4).ok_or_else(wrong)?;
        Ok(Self { step, train: split(train).ok_or_else(wrong)?, dev: split(dev) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_come_back_to_the_bit() {
        let train = Scores { cost: f64::NAN, accuracy: Some(-0.0), r2: None, rmse: Some(1e-320) };
        for dev in [None, Some(Scores { cost: 0.1, accuracy: None, r2: Some(0.3), rmse: None })] {
            let text = String::from(Scored { step: 7, train, dev });
            let back = Scored::try_from(text.clone()).unwrap();
            assert_eq!(String::from(back), text);
            assert_eq!((back.step, back.dev), (7, dev));
        }
        assert!(Scored::try_from("7 12".to_owned()).is_err());
    }
}
