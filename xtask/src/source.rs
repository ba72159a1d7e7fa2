//! A Rust file as tokens: comments are gone, and what only tests compile is marked.

use std::ops::RangeInclusive;

use anyhow::anyhow;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// One file.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Relative to the root of the workspace.
    pub(crate) path: String,
    /// The package that it belongs to.
    pub(crate) package: String,
    pub(crate) text: String,
    pub(crate) tokens: Vec<Token>,
    /// Compiled for tests only as a whole.
    pub(crate) is_test: bool,
    /// Names of `#[cfg(test)] mod name;`.
    pub(crate) test_modules: Vec<String>,
    /// Lines of items that only tests compile.
    test_lines: Vec<RangeInclusive<usize>>,
}

/// A word, a literal or a punctuation character; brackets are tokens too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
    /// Inside an item that only tests compile.
    pub(crate) in_test: bool,
}

impl SourceFile {
    /// Reads `text`.
    pub(crate) fn parse(path: &str, package: &str, text: &str) -> anyhow::Result<Self> {
        let stream: TokenStream = text.parse().map_err(|error| anyhow!("{path} is not Rust: {error}"))?;
        let in_tests_folder = path.split('/').any(|part| part == "tests" || part == "benches");
        let mut file = Self {
            path: path.to_owned(),
            package: package.to_owned(),
            text: text.to_owned(),
            tokens: Vec::new(),
            is_test: in_tests_folder,
            test_modules: Vec::new(),
            test_lines: Vec::new(),
        };
        file.flatten(stream, false);
        Ok(file)
    }

    /// The tokens that are compiled into the product.
    pub(crate) fn product_tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().filter(|token| !token.in_test && !self.is_test)
    }

    /// Lines without those that only tests compile.
    pub(crate) fn product_lines(&self) -> usize {
        if self.is_test {
            return 0;
        }
        let tests: usize = self.test_lines.iter().map(|lines| lines.clone().count()).sum();
        self.text.lines().count() - tests
    }

    /// Each place where `pattern`, words and punctuation separated by blanks, occurs in the product.
    pub(crate) fn find<'a>(&'a self, pattern: &str) -> impl Iterator<Item = &'a Token> {
        let wanted: Vec<String> = pattern.split(' ').map(str::to_owned).collect();
        let tokens: Vec<&Token> = self.product_tokens().collect();
        let last = (tokens.len() + 1).saturating_sub(wanted.len());
        (0..last)
            .filter(|&at| wanted.iter().zip(&tokens[at..]).all(|(wanted, token)| *wanted == token.text))
            .map(|at| tokens[at])
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The folder in which its child modules lie.
    pub(crate) fn module_folder(&self) -> &str {
        let stem = self.path.trim_end_matches(".rs");
        for root in ["/lib", "/main", "/mod"] {
            if let Some(folder) = stem.strip_suffix(root) {
                return folder;
            }
        }
        stem
    }

    fn flatten(&mut self, stream: TokenStream, in_test: bool) {
        let mut trees = stream.into_iter().peekable();
        while let Some(tree) = trees.next() {
            let is_hash = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '#');
            let starts_test = is_hash && matches!(trees.peek(), Some(TokenTree::Group(group)) if is_cfg_test(group));
            let first = tree.span().start().line;
            self.push(tree, in_test || starts_test);
            if !starts_test {
                continue;
            }
            // The item ends with its body or its semicolon; attributes in between are brackets.
            let mut words = Vec::new();
            for tree in trees.by_ref() {
                let last = tree.span().end().line;
                let ends = match &tree {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(punct) => punct.as_char() == ';',
                    _ => false,
                };
                if let TokenTree::Ident(word) = &tree {
                    words.push(word.to_string());
                }
                let is_declaration = ends && matches!(tree, TokenTree::Punct(_));
                self.push(tree, true);
                if ends {
                    if let [.., keyword, name] = words.as_slice()
                        && keyword == "mod"
                        && is_declaration
                    {
                        self.test_modules.push(name.clone());
                    }
                    if !in_test {
                        self.test_lines.push(first..=last);
                    }
                    break;
                }
            }
        }
    }

    fn push(&mut self, tree: TokenTree, in_test: bool) {
        let mut token = |text: String, line| self.tokens.push(Token { text, line, in_test });
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                token(open.to_owned(), group.span_open().start().line);
                let end = group.span_close().start().line;
                self.flatten(group.stream(), in_test);
                self.tokens.push(Token { text: close.to_owned(), line: end, in_test });
            }
            other => token(other.to_string(), other.span().start().line),
        }
    }
}

/// `[cfg(test)]` or `[cfg(all(test, ...))]`.
fn is_cfg_test(group: &Group) -> bool {
    let text = group.stream().to_string().replace(' ', "");
    group.delimiter() == Delimiter::Bracket && (text == "cfg(test)" || text.starts_with("cfg(all(test,"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! Instant::now in a comment\n\
        fn product() { let a = \"Instant::now\"; /* Instant::now() */ }\n\
        #[cfg(test)]\n\
        mod tests {\n\
        fn test() { Instant::now(); }\n\
        }\n\
        fn later() { Instant::now(); }\n";

    #[test]
    fn only_code_of_the_product_is_found() {
        let file = SourceFile::parse("crates/rtp/src/lib.rs", "rtp", TEXT).unwrap();
        let found: Vec<usize> = file.find("Instant : : now").map(|token| token.line).collect();
        assert_eq!(found, [7]);
        assert_eq!(file.product_lines(), 3);
    }

    #[test]
    fn a_file_in_the_tests_folder_is_a_test() {
        let file = SourceFile::parse("crates/rtp/tests/it/main.rs", "rtp", TEXT).unwrap();
        assert_eq!(file.find("Instant : : now").count(), 0);
        assert_eq!(file.product_lines(), 0);
    }
}
