//! Commands by their names.

use crate::version::Version;

/// Commands that the edition of 2022 brought.
const NEW_IN_2022: [&str; 8] = [
    "HomePositionQuery",
    "CruiseTrackListQuery",
    "CruiseTrackQuery",
    "PTZPosition",
    "SDCardStatus",
    "UploadSnapShotFinished",
    "VideoUploadNotify",
    "DeviceUpgradeResult",
];

/// The edition that brought a `CmdType`.
pub(crate) fn since(cmd_type: &str) -> Version {
    let is_new = NEW_IN_2022.iter().any(|new| new.eq_ignore_ascii_case(cmd_type));
    if is_new { Version::V2022 } else { Version::V2011 }
}

/// Makes the enum of the messages that have one outermost element:
///
/// * `Variant = "CmdType"` says nothing more
/// * `Variant(Record) = "CmdType"` has the fields of the record
macro_rules! bodies {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident $(($payload:ty))? = $cmd_type:literal,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant $(($payload))?,)*
            /// A command that we do not know: the whole message as it is. It is written as it is, too: number and
            /// device of the [`Message`](crate::manscdp::Message) around it do not count.
            Unknown($crate::xml::Element),
        }

        impl $name {
            pub(crate) fn read(root: &$crate::xml::Element) -> Self {
                let cmd_type = root.value("CmdType").unwrap_or_default();
                $(if cmd_type.eq_ignore_ascii_case($cmd_type) {
                    return Self::$variant $((<$payload as $crate::manscdp::schema::Record>::read(root)))?;
                })*
                Self::Unknown(root.clone())
            }

            pub(crate) fn write(&self, root: &mut $crate::xml::Element, version: $crate::Version) {
                $($(if let Self::$variant(payload) = self {
                    <$payload as $crate::manscdp::schema::Record>::write(payload, root, version);
                })?)*
            }

            /// The value of `CmdType`.
            pub fn cmd_type(&self) -> &str {
                match self {
                    $(Self::$variant { .. } => $cmd_type,)*
                    Self::Unknown(root) => root.value("CmdType").unwrap_or_default(),
                }
            }
        }

        #[cfg(test)]
        impl $crate::manscdp::sample::Sample for $name {
            fn sample(entropy: &mut $crate::manscdp::sample::Entropy<'_>) -> Self {
                let choices: &[fn(&mut $crate::manscdp::sample::Entropy<'_>) -> Self] = &[
                    $(|_entropy| {
                        Self::$variant $((<$payload as $crate::manscdp::sample::Sample>::sample(_entropy)))?
                    },)*
                ];
                entropy.choose(choices)(entropy)
            }
        }
    };
}

pub(crate) use bodies;
