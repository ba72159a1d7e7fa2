//! Each entry point in a crate's hidden module `fuzz` has a fuzz target with a corpus.

use std::collections::BTreeMap;

use crate::Violation;
use crate::workspace::Workspace;

const RULE: &str = "fuzz";
const MANIFEST: &str = "fuzz/Cargo.toml";
/// Target that tests the fuzzing set-up itself and belongs to no crate.
const SELF_TEST: &str = "planted_panic";

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut entries: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for file in workspace.files.iter().filter(|file| file.path.ends_with("/src/fuzz.rs")) {
        let tokens: Vec<_> = file.product_tokens().collect();
        for window in tokens.windows(4) {
            if window[0].text == "pub" && window[1].text == "fn" && window[3].text == "(" {
                let target = format!("{}_{}", file.package.replace('-', "_"), window[2].text);
                entries.insert(target, (file.path.clone(), window[2].line));
            }
        }
    }
    let mut violations = Vec::new();
    for (target, (path, line)) in &entries {
        if !workspace.fuzz_targets.contains(target) {
            let reason = format!("no target {target} in {MANIFEST}");
            violations.push(Violation { path: path.clone(), line: *line, rule: RULE, reason });
        }
    }
    for target in workspace.fuzz_targets.iter().filter(|target| *target != SELF_TEST) {
        let violation = |reason| Violation { path: MANIFEST.to_owned(), line: 0, rule: RULE, reason };
        if !entries.contains_key(target) {
            violations.push(violation(format!("the target {target} belongs to no entry point")));
        }
        if workspace.fuzz_corpora.get(target).is_none_or(|files| *files == 0) {
            violations.push(violation(format!("fuzz/corpus/{target} holds no seed")));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::planted::file;
    use super::*;

    const ENTRY: &str = "pub fn packet(bytes: &[u8]) {} fn helper(a: u8) {}";

    #[test]
    fn an_entry_point_without_a_target_or_corpus_is_found() {
        let mut workspace = file("crates/rtp/src/fuzz.rs", ENTRY);
        assert_eq!(check(&workspace).len(), 1);
        workspace.fuzz_targets.insert("rtp_packet".to_owned());
        assert_eq!(check(&workspace).len(), 1);
        workspace.fuzz_corpora.insert("rtp_packet".to_owned(), 3);
        assert_eq!(check(&workspace), []);
    }

    #[test]
    fn a_target_without_an_entry_point_is_found() {
        let mut workspace = file("crates/rtp/src/fuzz.rs", "");
        workspace.fuzz_targets.insert("rtp_gone".to_owned());
        workspace.fuzz_corpora.insert("rtp_gone".to_owned(), 1);
        assert_eq!(check(&workspace).len(), 1);
    }
}
