//! A file is about one noun; nothing unfinished and no unexplained exception stays in it.

use crate::Violation;
use crate::source::SourceFile;
use crate::workspace::Workspace;

const RULE: &str = "files";

/// Lines of a file without its tests. A longer one usually holds two nouns.
const MAX_LINES: usize = 800;

/// Files that may be longer, with their present length: it may only shrink.
const LONGER: &[(&str, usize)] = &[];

/// Macros that mark unfinished work or leftovers.
const LEFTOVERS: &[&str] = &["dbg", "todo", "unimplemented"];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    workspace.files.iter().flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Violation> {
    let violation = |line, reason| Violation { path: file.path.clone(), line, rule: RULE, reason };
    let mut violations = Vec::new();

    let lines = file.product_lines();
    let longer = LONGER.iter().find(|(path, _)| *path == file.path);
    let allowed = longer.map_or(MAX_LINES, |(_, lines)| *lines);
    if lines > allowed {
        violations.push(violation(0, format!("{lines} lines without tests, {allowed} are allowed; split it by nouns")));
    } else if longer.is_some() && lines < allowed {
        violations.push(violation(0, format!("shrunk to {lines} lines; lower its figure in xtask/src/rules/files.rs")));
    }

    for window in file.tokens.windows(3) {
        let [first, second, third] = [&window[0].text, &window[1].text, &window[2].text];
        if LEFTOVERS.contains(&first.as_str()) && second == "!" && third == "(" {
            violations.push(violation(window[0].line, format!("{first}! must not stay")));
        }
        if first == "[" && second == "ignore" && third == "]" {
            violations.push(violation(window[1].line, "#[ignore = \"reason\"] says why".to_owned()));
        }
    }
    for (index, line) in file.text.lines().enumerate() {
        let marker = ["TO", "DO"].concat();
        if line.contains(&marker) && line.contains("//") && !line.contains(&format!("{marker}(#")) {
            violations.push(violation(index + 1, format!("{marker} without an issue: {marker}(#123)")));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::planted::file;
    use super::*;

    #[test]
    fn a_file_that_grew_too_long_is_found_but_its_tests_do_not_count() {
        let long = "fn f() {}\n".repeat(MAX_LINES + 1);
        assert_eq!(check(&file("crates/rtp/src/a.rs", &long)).len(), 1);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
        assert_eq!(check(&file("crates/rtp/src/a.rs", &tests)), []);
        assert_eq!(check(&file("crates/rtp/tests/a.rs", &long)), []);
    }

    #[test]
    fn leftovers_and_unexplained_exceptions_are_found() {
        let unexplained = ["// TO", "DO later"].concat();
        for text in ["fn f() { dbg!(1); }", "fn f() { todo!(); }", "#[test] #[ignore] fn f() {}", &unexplained] {
            assert_eq!(check(&file("crates/rtp/src/a.rs", text)).len(), 1, "{text}");
        }
        let explained = "#[ignore = \"takes an hour\"] fn f() {} fn todo() {}";
        assert_eq!(check(&file("crates/rtp/src/a.rs", explained)), []);
    }
}
