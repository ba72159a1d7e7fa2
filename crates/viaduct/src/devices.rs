//! Drivers of devices that need more than the layer of drivers has.

mod sim;
pub(crate) mod turret;

pub(crate) use sim::SimDriver;
