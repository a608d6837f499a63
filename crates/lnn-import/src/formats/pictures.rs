//! Pictures of classes: each becomes a row of pixels, its folder its class.
//!
//! In: files, their names with folders. Out: a [`Table`] of numbers 0 to 255, row by row, the channels of a pixel together. Decoding
//! and resizing are the crate `image`'s. Read next: `../prepare/picture.rs`, which knows such rows again.

use std::collections::BTreeSet;
use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageReader, Limits};

use super::array::ArrayValues;
use super::columns::columns;
use super::records::categories;
use super::{InputFile, in_file};
use crate::{Every, Format, ImportError, ImportLimits, Offer, PictureOptions, Table};

/// The side that pictures of different sizes get, unless asked otherwise.
const SIDE: usize = 64;
/// The smallest one that a picture is known by.
const MIN_SIDE: usize = 6;
/// A picture may have so many pixels, however small its file is.
const MAX_PIXELS: u64 = 64_000_000;
/// Decoding a picture may need so much memory; a pixel has at most 8 bytes.
const MAX_ALLOC_BYTES: u64 = MAX_PIXELS * 8;

/// Reads pictures.
///
/// # Errors
/// A file is none, or broken; classes can't be told; rows would be too many or too long.
pub(super) fn read(
    files: Vec<InputFile>,
    options: &PictureOptions,
    every: Every,
    limits: &ImportLimits,
) -> Result<Table, ImportError> {
    let n_in_files = files.len();
    let (files, classes): (Vec<InputFile>, Vec<String>) = classes(&files)?
        .into_iter()
        .zip(files)
        .enumerate()
        .filter(|(idx, _)| every.keeps(*idx))
        .map(|(_, (class, file))| (file, class))
        .unzip();
    // Twice through the files, as all pictures at once may need more memory than any.
    let (mut sides, mut any_colours) = (BTreeSet::new(), false);
    for file in &files {
        let picture = decoded(file, limits)?;
        sides.insert((picture.width(), picture.height()));
        any_colours |= options.has_colours.is_none() && has_colours(&picture);
    }
    let own = match sides.first() {
        Some((width, height)) if sides.len() == 1 && width == height => Some(*width as usize),
        _ => None,
    };
    let side = options.side.or(own.filter(|side| (MIN_SIDE..=SIDE).contains(side))).unwrap_or(SIDE);
    let has_colours = options.has_colours.unwrap_or(any_colours);
    let n_channels = if has_colours { 3 } else { 1 };
    check_size(Sizes { n_in_files, every, side, n_channels }, limits)?;
    let n_inputs = side * side * n_channels;
    let mut pixels = Vec::with_capacity(files.len() * n_inputs);
    for file in &files {
        pixels.extend(row(&decoded(file, limits)?, side as u32, has_colours));
    }
    let mut columns = columns(&[(ArrayValues::Bytes(pixels), files.len())], n_inputs)?;
    columns.push(categories("label".to_owned(), classes.into_iter().map(Some), limits));
    Ok(Table::of(Format::Picture, columns, files.len(), *limits))
}

fn decoded(file: &InputFile, limits: &ImportLimits) -> Result<DynamicImage, ImportError> {
    let refused = |error: &image::ImageError| {
        let error = match error {
            image::ImageError::Limits(_) => ImportError::PictureMemory { limit: MAX_ALLOC_BYTES, side: SIDE },
            _ => ImportError::Broken {
                format: "picture",
                place: "its pixels".to_owned(),
                what: error.to_string(),
            },
        };
        in_file(&file.name, &error)
    };
    let reader = || {
        let reader = ImageReader::new(Cursor::new(&file.bytes)).with_guessed_format();
        let mut reader = reader.map_err(|error| refused(&image::ImageError::IoError(error)))?;
        let mut memory = Limits::default();
        memory.max_alloc = Some(MAX_ALLOC_BYTES);
        reader.limits(memory);
        Ok(reader)
    };
    // What it claims, before its pixels are unpacked.
    let (width, height) = reader()?.into_dimensions().map_err(|error| refused(&error))?;
    let limit = MAX_PIXELS.min(limits.n_cells as u64);
    if u64::from(width) * u64::from(height) > limit {
        let error = ImportError::PictureTooLarge { width, height, limit, side: SIDE };
        return Err(in_file(&file.name, &error));
    }
    reader()?.decode().map_err(|error| refused(&error))
}

/// A picture of bytes, the channels of a pixel together, as a PNG; none where they are too few.
pub fn png(pixels: &[u8], width: usize, height: usize, channels: usize) -> Option<Vec<u8>> {
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let picture = match channels {
        1 => DynamicImage::ImageLuma8(image::GrayImage::from_raw(width, height, pixels.to_vec())?),
        3 => DynamicImage::ImageRgb8(image::RgbImage::from_raw(width, height, pixels.to_vec())?),
        _ => return None,
    };
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

fn has_colours(picture: &DynamicImage) -> bool {
    picture.color().has_color()
        && picture.to_rgb8().pixels().any(|pixel| {
            let [red, green, blue] = pixel.0;
            red != green || green != blue
        })
}

fn row(picture: &DynamicImage, side: u32, has_colours: bool) -> Vec<u8> {
    let is_right = picture.width() == side && picture.height() == side;
    let resized =
        if is_right { picture.clone() } else { picture.resize_exact(side, side, FilterType::Triangle) };
    if has_colours { resized.to_rgb8().into_raw() } else { resized.to_luma8().into_raw() }
}

/// What pictures become.
#[derive(Clone, Copy)]
struct Sizes {
    n_in_files: usize,
    every: Every,
    side: usize,
    n_channels: usize,
}

impl Sizes {
    fn n_pictures(self) -> usize {
        self.every.kept(self.n_in_files as u64) as usize
    }

    const fn n_inputs(self) -> usize {
        self.side.saturating_mul(self.side).saturating_mul(self.n_channels)
    }

    fn fit(self, limits: &ImportLimits) -> bool {
        let width = self.n_inputs().saturating_add(1);
        self.side >= 1
            && width <= limits.n_columns
            && self.n_pictures().saturating_mul(width) <= limits.n_cells
    }

    /// The largest side that fits, else how many of the pictures do.
    fn offer(self, limits: &ImportLimits) -> Option<Offer> {
        let sides = MIN_SIDE..self.side.min(limits.n_columns);
        let side = sides.rev().find(|side| Self { side: *side, ..self }.fit(limits));
        side.map(|side| Offer::PixelSide { side }).or_else(|| {
            let width = self.n_inputs().saturating_add(1);
            let n = Every::fitting(&[self.n_in_files as u64], width as u64, limits.n_cells as u64);
            n.filter(|_| width <= limits.n_columns).map(|n| Offer::EveryRow { n })
        })
    }
}

fn check_size(sizes: Sizes, limits: &ImportLimits) -> Result<(), ImportError> {
    if sizes.fit(limits) {
        return Ok(());
    }
    Err(ImportError::TooManyPixels {
        n_pictures: sizes.n_pictures(),
        side: sizes.side,
        n_inputs: sizes.n_inputs(),
        limit: limits.n_cells,
        input_limit: limits.n_columns.saturating_sub(1),
        offer: sizes.offer(limits),
    })
}

/// The class of each picture: its folder, or the letters its name begins with.
fn classes(files: &[InputFile]) -> Result<Vec<String>, ImportError> {
    let of_folder = |file: &InputFile| file.name.rsplit('/').nth(1).map(str::to_owned);
    let folders: Option<Vec<String>> = files.iter().map(of_folder).collect();
    let is_of_several = |classes: &Vec<String>| classes.iter().collect::<BTreeSet<_>>().len() > 1;
    if let Some(folders) = folders.filter(is_of_several) {
        return Ok(folders);
    }
    let of_name = |file: &InputFile| {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        let letters: String = name.chars().take_while(|c| c.is_alphabetic()).collect();
        // `cat.001.png` and `cat_001.png` begin with a class, `IMG.png` is a name.
        let is_followed =
            name.get(letters.len()..).is_some_and(|rest| rest.contains(|c: char| c.is_ascii_digit()));
        (!letters.is_empty() && is_followed).then_some(letters)
    };
    let names: Option<Vec<String>> = files.iter().map(of_name).collect();
    names.filter(is_of_several).ok_or(ImportError::NoClasses { n_pictures: files.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, width: u32, height: u32, red: u8) -> InputFile {
        let picture = image::RgbImage::from_pixel(width, height, image::Rgb([red, 10, 10]));
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        InputFile { name: name.to_owned(), bytes: bytes.into_inner() }
    }

    fn read_all(files: &[InputFile], options: PictureOptions) -> Result<Table, ImportError> {
        read(files.to_vec(), &options, Every::ALL, &ImportLimits::default())
    }

    #[test]
    fn a_folder_is_a_class_and_colours_are_kept_where_there_are_some() {
        let files = [file("a/cats/1.png", 8, 8, 10), file("a/dogs/2.png", 8, 8, 200)];
        let table = read_all(&files, PictureOptions::default()).unwrap();
        assert_eq!((table.n_rows, table.columns.len()), (2, 8 * 8 * 3 + 1));
        assert_eq!(
            (table.columns[0].cell_text(1), table.columns[1].cell_text(1)),
            ("200".into(), "10".into())
        );
        assert_eq!(table.columns.last().unwrap().cell_text(1), "dogs");
        let grey = [file("cat1.png", 8, 8, 10), file("dog1.png", 8, 8, 10)];
        assert_eq!(read_all(&grey, PictureOptions::default()).unwrap().columns.len(), 65);
    }

    #[test]
    fn pictures_of_several_sizes_become_one_square() {
        let files = [file("cats/1.png", 8, 8, 10), file("dogs/2.png", 30, 10, 200)];
        assert_eq!(read_all(&files, PictureOptions::default()).unwrap().columns.len(), 64 * 64 * 3 + 1);
        let options = PictureOptions { side: Some(10), has_colours: Some(false) };
        assert_eq!(read_all(&files, options).unwrap().columns.len(), 101);
    }

    #[test]
    fn too_many_pixels_come_with_an_offer_and_missing_classes_with_a_remedy() {
        let files = [file("cats/1.png", 8, 8, 10), file("dogs/2.png", 8, 8, 200)];
        let options = PictureOptions { side: Some(100), has_colours: None };
        let error = read_all(&files, options).unwrap_err().to_string();
        assert!(error.contains("81 pixels"), "{error}");
        let files = [file("1.png", 8, 8, 10), file("2.png", 8, 8, 200)];
        let error = read_all(&files, PictureOptions::default()).unwrap_err().to_string();
        assert!(error.contains("a folder for each class"), "{error}");
    }
}
