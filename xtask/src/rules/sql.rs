//! SQL lives in one crate.

use crate::Violation;
use crate::workspace::Workspace;

const RULE: &str = "sql";
const OWNER: &str = "db";
const LIBRARIES: &[&str] = &["sqlx", "rusqlite", "libsqlite3-sys", "diesel", "sea-orm", "tokio-postgres"];
/// How statements begin.
const STATEMENTS: &[&str] =
    &["\"SELECT ", "\"INSERT INTO ", "\"DELETE FROM ", "\"CREATE TABLE ", "\"ALTER TABLE ", "\"PRAGMA "];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in workspace.packages.iter().filter(|package| package.name != OWNER) {
        for dependency in package.dependencies.iter().filter(|it| LIBRARIES.contains(&it.name.as_str())) {
            let reason = format!("only {OWNER} may use {}; add a query there", dependency.name);
            violations.push(Violation { path: package.manifest.clone(), line: 0, rule: RULE, reason });
        }
    }
    // This crate names what it looks for.
    for file in workspace.files.iter().filter(|file| file.package != OWNER && file.package != "xtask") {
        let found = file.product_tokens().filter(|token| {
            let text = token.text.to_ascii_uppercase();
            let text = text.trim_start_matches(['R', '#']);
            STATEMENTS.iter().any(|statement| text.starts_with(statement))
        });
        violations.extend(found.map(|token| Violation {
            path: file.path.clone(),
            line: token.line,
            rule: RULE,
            reason: format!("a statement outside of {OWNER}"),
        }));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::planted::{file, package, packages};
    use super::*;

    #[test]
    fn libraries_and_statements_outside_of_db_are_found() {
        assert_eq!(check(&packages(vec![package("platform", &["sqlx"])])).len(), 1);
        assert_eq!(check(&file("crates/platform/src/a.rs", "const A: &str = \"select name from users\";")).len(), 1);
        assert_eq!(check(&file("crates/platform/src/a.rs", "const A: &str = r#\"DELETE FROM users\"#;")).len(), 1);
    }

    #[test]
    fn db_and_words_that_only_look_alike_are_free() {
        assert_eq!(check(&packages(vec![package("db", &["sqlx"])])), []);
        assert_eq!(check(&file("crates/db/src/a.rs", "const A: &str = \"SELECT 1\";")), []);
        assert_eq!(check(&file("crates/platform/src/a.rs", "const A: &str = \"selected\";")), []);
    }
}
