//! What groups of the provider give here: `GROUP=ROLE@ORGANISATION`.

use std::str::FromStr;

use crate::rights::OrganisationId;

/// Stands for everybody.
const EVERYBODY: &str = "*";

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapRule {
    /// As the provider calls it; `*`: everybody whom the provider lets in.
    pub group: String,
    /// "operator", or the name of a role of the installation's own.
    pub role: String,
    /// Here and below; who is new belongs to that of the first rule that fits.
    pub organisation_id: OrganisationId,
}

impl MapRule {
    /// Whether it is about one of somebody's groups.
    pub(crate) fn fits(&self, groups: &[String]) -> bool {
        self.group == EVERYBODY || groups.contains(&self.group)
    }
}

impl FromStr for MapRule {
    type Err = String;

    /// The group may have `=` and `@` in it, as names in directories do.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('@').and_then(|(rest, place)| {
            let (group, role) = rest.rsplit_once('=')?;
            let (group, role) = (group.trim(), role.trim());
            let place = place.trim().parse().ok().filter(|place| *place > 0)?;
            (!group.is_empty() && !role.is_empty()).then_some((group, role, place))
        });
        let (group, role, organisation_id) =
            parts.ok_or_else(|| format!("GROUP=ROLE@ORGANISATION such as video-ops=operator@1, not {text:?}"))?;
        Ok(Self { group: group.to_owned(), role: role.to_owned(), organisation_id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_names_group_role_and_organisation() {
        for (text, group, role, organisation_id) in [
            ("video-ops=operator@1", "video-ops", "operator", 1),
            ("cn=ops,ou=road@example = 值班长 @ 42", "cn=ops,ou=road@example", "值班长", 42),
            ("*=viewer@7", "*", "viewer", 7),
        ] {
            let rule = MapRule { group: group.into(), role: role.into(), organisation_id };
            assert_eq!(text.parse(), Ok(rule), "{text}");
        }
        for text in ["", "ops", "ops=operator", "ops@1", "=operator@1", "ops=@1", "ops=operator@root", "a=b@0"] {
            assert!(text.parse::<MapRule>().is_err(), "{text}");
        }
    }
}
