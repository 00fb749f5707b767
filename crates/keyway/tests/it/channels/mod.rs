mod denied;
mod heard;
mod world;
