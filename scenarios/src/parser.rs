//! Arithmetic expressions: a recursive-descent parser of one line of text.
//!
//! ```text
//! value  = sum [ ("<" | ">") sum ]
//! sum    = term { ("+" | "-") term }
//! term   = factor { ("*" | "/") factor }
//! factor = "-" factor | number | "inf" | "pi" | name { "." name } | "(" value ")" | function "(" value { "," value } ")"
//! ```

use crate::expression::{Expression, Operator};

/// Longest expression, characters.
const MAX_LENGTH: usize = 500;
/// Deepest nesting.
const MAX_DEPTH: usize = 24;

/// What is wrong with an expression, and where in its text (characters from its start, length).
#[derive(Debug, PartialEq)]
pub(crate) struct BadExpression {
    pub from: usize,
    pub len: usize,
    pub message: String,
}

/// A parameter's name and its place in the text.
pub(crate) type Use = (String, usize);

/// Parses an expression, and lists the names in it with their places.
pub(crate) fn parse(text: &str) -> Result<(Expression, Vec<Use>), BadExpression> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > MAX_LENGTH {
        return Err(BadExpression { from: 0, len: 1, message: format!("an expression has at most {MAX_LENGTH} characters") });
    }
    let mut p = Parser { chars: &chars, at: 0, depth: 0, uses: Vec::new() };
    let out = p.value()?;
    match p.peek() {
        None => Ok((out, p.uses)),
        Some(c) => Err(p.bad(1, format!("`{c}` is not expected here"))),
    }
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    depth: usize,
    uses: Vec<Use>,
}

impl Parser<'_> {
    fn value(&mut self) -> Result<Expression, BadExpression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.bad(1, format!("an expression has at most {MAX_DEPTH} levels")));
        }
        let a = self.sum()?;
        let out = if self.eat('<') {
            pair(Operator::Less, a, self.sum()?)
        } else if self.eat('>') {
            pair(Operator::Less, self.sum()?, a)
        } else {
            a
        };
        self.depth -= 1;
        Ok(out)
    }

    fn sum(&mut self) -> Result<Expression, BadExpression> {
        let mut out = self.term()?;
        loop {
            if self.eat('+') {
                out = pair(Operator::Add, out, self.term()?);
            } else if self.eat('-') {
                out = pair(Operator::Sub, out, self.term()?);
            } else {
                return Ok(out);
            }
        }
    }

    fn term(&mut self) -> Result<Expression, BadExpression> {
        let mut out = self.factor()?;
        loop {
            if self.eat('*') {
                out = pair(Operator::Mul, out, self.factor()?);
            } else if self.eat('/') {
                out = pair(Operator::Div, out, self.factor()?);
            } else {
                return Ok(out);
            }
        }
    }

    fn factor(&mut self) -> Result<Expression, BadExpression> {
        let mut negative = false;
        while self.eat('-') {
            negative = !negative;
        }
        let out = match self.peek() {
            Some('(') => {
                self.at += 1;
                let inner = self.value()?;
                self.expect(')')?;
                inner
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number()?,
            Some(c) if c.is_ascii_alphabetic() => self.word()?,
            Some(c) => return Err(self.bad(1, format!("`{c}` is not expected here"))),
            None => return Err(self.bad(1, "a value is missing at the end".to_owned())),
        };
        Ok(match out {
            Expression::Number(x) if negative => Expression::Number(-x),
            e if negative => pair(Operator::Sub, Expression::Number(0.0), e),
            e => e,
        })
    }

    fn number(&mut self) -> Result<Expression, BadExpression> {
        let from = self.at;
        while self.at < self.chars.len() {
            let c = self.chars[self.at];
            let exponent = matches!(c, '+' | '-') && matches!(self.chars[self.at - 1], 'e' | 'E');
            if !(c.is_ascii_alphanumeric() || c == '.' || c == '_' || exponent) {
                break;
            }
            self.at += 1;
        }
        let text: String = self.chars[from..self.at].iter().collect();
        match text.parse::<f64>() {
            Ok(x) if x.is_finite() => Ok(Expression::Number(x)),
            _ => Err(BadExpression { from, len: self.at - from, message: format!("`{text}` is not a number") }),
        }
    }

    fn word(&mut self) -> Result<Expression, BadExpression> {
        let from = self.at;
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.'; // `road.stop_line_m` is one word
        while self.at < self.chars.len() && part(self.chars[self.at]) {
            self.at += 1;
        }
        let word: String = self.chars[from..self.at].iter().collect();
        if self.peek() == Some('(') {
            return self.call(&word, from);
        }
        match word.as_str() {
            "inf" => Ok(Expression::Number(f64::INFINITY)),
            "pi" => Ok(Expression::Number(std::f64::consts::PI)),
            "min" | "max" | "sqrt" | "if" => Err(self.bad(1, format!("`{word}` is a function: `(` is missing"))),
            _ => {
                self.uses.push((word.clone(), from));
                Ok(Expression::Name(word))
            }
        }
    }

    fn call(&mut self, function: &str, from: usize) -> Result<Expression, BadExpression> {
        self.expect('(')?;
        let mut of = vec![self.value()?];
        while self.eat(',') {
            of.push(self.value()?);
        }
        self.expect(')')?;
        let len = function.chars().count();
        let takes = |n: &str| Err(BadExpression { from, len, message: format!("`{function}` takes {n}") });
        match (function, of.len()) {
            ("min" | "max", n) if n >= 2 => {
                let op = if function == "min" { Operator::Min } else { Operator::Max };
                let mut of = of.into_iter();
                let first = of.next().unwrap_or(Expression::Number(0.0)); // there are two or more
                Ok(of.fold(first, |a, b| pair(op, a, b)))
            }
            ("min" | "max", _) => takes("two values or more"),
            ("sqrt", 1) => Ok(Expression::Sqrt(Box::new(of.remove(0)))),
            ("sqrt", _) => takes("one value"),
            ("if", _) => match <[Expression; 3]>::try_from(of) {
                Ok(three) => Ok(Expression::If(Box::new(three))),
                Err(_) => takes("three values: condition, value where it holds, value where not"),
            },
            _ => Err(BadExpression {
                from,
                len,
                message: format!("there is no function `{function}`; there are min, max, sqrt, if"),
            }),
        }
    }

    fn peek(&mut self) -> Option<char> {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, c: char) -> Result<(), BadExpression> {
        if self.eat(c) { Ok(()) } else { Err(self.bad(1, format!("`{c}` is missing"))) }
    }

    fn bad(&self, len: usize, message: String) -> BadExpression {
        BadExpression { from: self.at.min(self.chars.len().saturating_sub(1)), len, message }
    }
}

fn pair(op: Operator, a: Expression, b: Expression) -> Expression {
    Expression::Pair(op, Box::new(a), Box::new(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(s: &str) -> String {
        parse(s).map(|(e, _)| e.to_string()).unwrap_or_else(|e| format!("{}+{}: {}", e.from, e.len, e.message))
    }

    #[test]
    fn products_bind_before_sums_and_equals_go_from_the_left() {
        assert_eq!(text("a-b-c*2/d"), "a - b - c * 2 / d");
        assert_eq!(text("a-(b-c)"), "a - (b - c)");
        assert_eq!(text("(a+b)*-2e-3"), "(a + b) * -0.002");
        assert_eq!(text("-a"), "0 - a");
        assert_eq!(text("- -inf"), "inf");
        assert_eq!(text("max(1, v_mps * 1.5, 3)"), "max(max(1, v_mps * 1.5), 3)");
        assert_eq!(text("if(u > 0.2, inf, sqrt(2*a))"), "if(0.2 < u, inf, sqrt(2 * a))");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        assert_eq!(text("a + "), "3+1: a value is missing at the end");
        assert_eq!(text("a b"), "2+1: `b` is not expected here");
        assert_eq!(text("2m"), "0+2: `2m` is not a number");
        assert_eq!(text("min(1)"), "0+3: `min` takes two values or more");
        assert_eq!(text("cos(1)"), "0+3: there is no function `cos`; there are min, max, sqrt, if");
        assert_eq!(text("(1"), "1+1: `)` is missing");
        assert_eq!(text("sqrt"), "3+1: `sqrt` is a function: `(` is missing");
        assert!(text(&"(".repeat(400)).contains("levels"));
        assert!(text(&"-".repeat(499)).contains("missing"));
        assert!(text(&"1+".repeat(400)).contains("characters"));
    }

    fn any_expression() -> impl Strategy<Value = Expression> {
        let leaf = prop_oneof![
            (-1e3..1e3f64).prop_map(Expression::Number),
            Just(Expression::Number(f64::INFINITY)),
            "[a-d]_m".prop_map(Expression::Name),
        ];
        leaf.prop_recursive(4, 24, 3, |e| {
            let ops = [Operator::Add, Operator::Sub, Operator::Mul, Operator::Div, Operator::Less, Operator::Min, Operator::Max];
            prop_oneof![
                (0..ops.len(), e.clone(), e.clone()).prop_map(move |(k, a, b)| pair(ops[k], a, b)),
                e.clone().prop_map(|a| Expression::Sqrt(Box::new(a))),
                [e.clone(), e.clone(), e].prop_map(|three| Expression::If(Box::new(three))),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_the_same(e in any_expression()) {
            let written = e.to_string();
            prop_assume!(written.len() <= MAX_LENGTH);
            prop_assert_eq!(parse(&written).map(|(e, _)| e), Ok(e));
        }

        #[test]
        fn no_text_makes_it_panic(s in "[a-c0-9.e+*/()<>, -]{0,40}") {
            let _ = parse(&s);
        }
    }
}
